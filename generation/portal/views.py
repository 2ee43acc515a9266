"""The landing page, the job page, the gallery."""

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
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotFound, Refusal
from accounts.portal.visitor import signed_in
from billing.errors import NotForSale
from billing.selectors.prices import live_price_list
from generation.errors import TooManyStreams
from generation.live import Stream, stream_response
from generation.models import Job
from generation.portal import cursor
from generation.portal.progress import card_of
from generation.selectors.artifacts import gallery as gallery_of
from generation.selectors.jobs import job_for
from generation.services.jobs import cancel_job
from generation.services.links import artifact_path

_GALLERY_PAGE = 24


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What Inkling is and what it costs today, for everyone."""
    try:
        prices = live_price_list(now=timezone.now())
    except NotForSale:
        prices = None
    return render(request, "generation/landing.html", {"prices": prices})


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
                {"artifact": artifact, "path": artifact_path(artifact, now=now)}
                for artifact in page
            ],
            "older": cursor.write(page[-1]) if len(artifacts) > _GALLERY_PAGE else None,
            "paged": "before" in request.GET,
        },
    )
