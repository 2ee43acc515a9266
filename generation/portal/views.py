"""The landing page, creating, the job page, the gallery."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotFound, Refusal
from accounts.models import User
from accounts.portal.visitor import signed_in
from billing.errors import NotForSale
from billing.selectors.prices import live_price_list
from generation.errors import TooManyStreams
from generation.live import Stream, stream_response
from generation.models import Job
from generation.portal import cursor
from generation.portal.forms import (
    CreateForm,
    again,
    blank,
    known_kind,
    known_pieces,
    like,
    pieces_of,
)
from generation.portal.progress import card_of
from generation.selectors.artifacts import gallery as gallery_of
from generation.selectors.jobs import job_for, recent_jobs
from generation.services.jobs import cancel_job, submit_job
from generation.services.keeping import delete_results
from generation.services.links import poster_path
from generation.services.quotes import PricePreview, preview_price

_GALLERY_PAGE = 24
_RECENT = 6


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What Inkling is and what it costs today, for everyone."""
    try:
        prices = live_price_list(now=timezone.now())
    except NotForSale:
        prices = None
    return render(request, "generation/landing.html", {"prices": prices})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """The form with its price; a POST makes a job or says why not."""
    user = signed_in(request)
    if request.method != "POST":
        form = _form_to_start_with(request, user)
        return _create_page(request, user, form, None, status=200)
    form = CreateForm(request.POST)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            submitted = submit_job(
                user=user,
                kind=form.cleaned_data["kind"],
                params=form.params(),
                idempotency_key=form.cleaned_data["idempotency_key"],
                shown_cp=form.cleaned_data["shown_cp"],
                now=timezone.now(),
            )
        except Refusal as refused:
            refusal = refused
            form = again(request.POST)
        else:
            return redirect("generation:job", job_id=submitted.job.id)
    return _create_page(request, user, form, refusal, status=422)


def _form_to_start_with(request: HttpRequest, user: User) -> CreateForm:
    """Empty, or filled like the job named by `again`."""
    name = request.GET.get("again")
    if name is None:
        return blank(known_kind(request.GET.get("kind")))
    try:
        return like(job_for(user=user, job_id=UUID(name)))
    except (ValueError, NotFound):
        raise Http404 from None


def _create_page(
    request: HttpRequest, user: User, form: CreateForm, refusal: Refusal | None, *, status: int
) -> HttpResponse:
    now = timezone.now()
    preview, closed = _preview(user, form.chosen_kind, form.chosen_pieces)
    jobs = recent_jobs(user=user, limit=_RECENT)
    context = {
        "form": form,
        "kind": form.chosen_kind,
        "pieces": form.chosen_pieces,
        "choices": pieces_of(form.chosen_kind),
        "preview": preview,
        # A shortfall is said once, beside the button, where the price is.
        "refusal": None if preview and preview.shortfall and refusal else refusal or closed,
        "recent": [card_of(job, now=now) for job in jobs],
    }
    return render(request, "generation/create.html", context, status=status)


def _preview(user: User, kind: str, pieces: int) -> tuple[PricePreview | None, Refusal | None]:
    try:
        preview = preview_price(user=user, kind=kind, params={"n": pieces}, now=timezone.now())
        return preview, None
    except Refusal as refusal:
        return None, refusal


@require_safe
@login_required
@never_cache
def price(request: HttpRequest) -> HttpResponse:
    """The price block alone, for the kind on the switch."""
    kind = known_kind(request.GET.get("kind"))
    pieces = known_pieces(kind, request.GET.get("n"))
    preview, _closed = _preview(signed_in(request), kind, pieces)
    context = {"preview": preview, "kind": kind, "pieces": pieces, "choices": pieces_of(kind)}
    return render(request, "generation/price.html", context)


def _own_job(request: HttpRequest, job_id: UUID) -> Job:
    try:
        return job_for(user=signed_in(request), job_id=job_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from None


@require_safe
@login_required
@never_cache
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job: how far it is, what it costs, what it made."""
    card = card_of(_own_job(request, job_id), now=timezone.now(), in_full=True)
    return render(request, "generation/job.html", {"card": card})


@require_safe
@login_required
@never_cache
def job_card(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The parts of the job page that change while it runs; all of them once it has ended."""
    card = card_of(_own_job(request, job_id), now=timezone.now(), in_full=True)
    return render(request, "generation/job_card.html", {"card": card})


@require_safe
@login_required
@never_cache
def job_events(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """A doorbell while the job runs: the page then fetches its card, as it does without."""
    _own_job(request, job_id)

    def look() -> Job:
        return _own_job(request, job_id)

    def say(job: Job) -> str:
        return str(job.id)

    try:
        return stream_response(Stream(look, say, request.headers.get("Last-Event-ID")))
    except TooManyStreams as refusal:
        return HttpResponse(refusal.message, status=503, content_type="text/plain")


@require_POST
@login_required
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """End the job; its points come back at once."""
    try:
        cancel_job(user=signed_in(request), job_id=job_id, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("Canceled. The points are back in your wallet."))
    return redirect("generation:job", job_id=job_id)


@require_POST
@login_required
def delete(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Delete the files of a job for good; the job itself stays."""
    try:
        delete_results(user=signed_in(request), job_id=job_id, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("The files are deleted."))
    return redirect("generation:job", job_id=job_id)


@require_safe
@login_required
@never_cache
def gallery(request: HttpRequest) -> HttpResponse:
    """Everything the user made, newest first."""
    now = timezone.now()
    artifacts = gallery_of(
        user=signed_in(request),
        before=cursor.read(request.GET.get("before")),
        limit=_GALLERY_PAGE + 1,
    )
    page = artifacts[:_GALLERY_PAGE]
    return render(
        request,
        "generation/gallery.html",
        {
            "tiles": [
                {"artifact": artifact, "path": poster_path(artifact, now=now)} for artifact in page
            ],
            "older": cursor.write(page[-1]) if len(artifacts) > _GALLERY_PAGE else None,
            "paged": "before" in request.GET,
        },
    )
