"""The create page and its parts: options of a kind, the price, pictures that are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotFound, Refusal
from accounts.models import User
from accounts.portal.visitor import signed_in
from accounts.selectors.teams import seats_of
from billing.selectors.perks import openers
from generation import storage
from generation.kinds.camera import AXES
from generation.kinds.params import IMAGE_RATIOS, VIDEO_RATIOS
from generation.kinds.table import KINDS
from generation.models import Artifact, Upload
from generation.portal.demonstration import about
from generation.portal.forms import FORM_KINDS, SLOTS, CreateForm, again, begun, like
from generation.portal.progress import card_of
from generation.portal.words import AXIS_WORDS, MOVE_WORDS
from generation.selectors.campaigns import campaigns_of
from generation.selectors.envelopes import envelope_of
from generation.selectors.jobs import job_for, recent_jobs
from generation.selectors.sources import clip_for, picture_for, recent_clips
from generation.services import uploads
from generation.services.jobs import submit_job
from generation.services.links import artifact_path
from generation.services.quotes import PricePreview, preview_price

_RECENT = 6
_CLIPS = 8
_CAMPAIGNS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """The form with its price; a POST makes a job or says why not."""
    user = signed_in(request)
    if request.method != "POST":
        form = _form_to_start_with(request, user)
        return _create_page(request, user, form, None, status=200)
    posted, refused = _with_pictures(request, user)
    if "look" in posted:
        # Without scripts: the choices and the price of what is chosen, and nothing else.
        return _create_page(request, user, CreateForm(initial=posted.dict()), None, status=200)
    form = CreateForm(posted)
    for slot, refusal in refused.items():
        form.add_error(f"{slot}_file", refusal.message)
    why: Refusal | None = None
    if form.is_valid():
        try:
            submitted = submit_job(
                user=user,
                kind=form.cleaned_data["kind"],
                params=form.params(),
                idempotency_key=form.cleaned_data["idempotency_key"],
                shown_cp=form.cleaned_data["shown_cp"],
                team_id=form.chosen_team,
                now=timezone.now(),
            )
        except Refusal as refusal:
            why = refusal
            form = again(posted)
        else:
            return redirect("generation:job", job_id=submitted.job.id)
    return _create_page(request, user, form, why, status=422)


def _with_pictures(request: HttpRequest, user: User) -> tuple[QueryDict, dict[str, Refusal]]:
    """What was posted, with the pictures that came along as ids; why those that are none are."""
    posted = request.POST.copy()
    refused: dict[str, Refusal] = {}
    for slot in SLOTS:
        file = request.FILES.get(f"{slot}_file")
        if file is None:
            continue
        try:
            posted[slot] = str(_kept(user, file.read(uploads.BYTES_MAX + 1), slot).id)
        except Refusal as refusal:
            refused[slot] = refusal
    return posted, refused


def _kept(user: User, data: bytes, slot: str) -> Upload:
    return uploads.keep_upload(user=user, data=data, field=slot, now=timezone.now())


def _form_to_start_with(request: HttpRequest, user: User) -> CreateForm:
    """Empty, begun with what the address names, or filled like the job named by `again`."""
    name = request.GET.get("again")
    if name is None:
        return begun(request.GET)
    try:
        job = job_for(user=user, job_id=UUID(name))
    except (ValueError, NotFound):
        raise Http404 from None
    if job.kind not in FORM_KINDS:
        raise Http404
    return like(job)


def _create_page(
    request: HttpRequest, user: User, form: CreateForm, refusal: Refusal | None, *, status: int
) -> HttpResponse:
    now = timezone.now()
    preview, closed = _preview(user, form)
    said = preview and (preview.shortfall or preview.locked)
    context = {
        **_options(user, form, now),
        **_price(user, form, preview),
        **about(form.chosen_kind, str(form["prompt"].value() or "")),
        # A shortfall or a lock is said once, beside the button, where the price is.
        "refusal": None if said and refusal else refusal or closed,
        "recent": [card_of(job, now=now) for job in recent_jobs(user=user, limit=_RECENT)],
    }
    return render(request, "generation/create.html", context, status=status)


@require_safe
@login_required
@never_cache
def options(request: HttpRequest) -> HttpResponse:
    """What can be said of the kind on the switch, and its price."""
    user = signed_in(request)
    form = begun(request.GET)
    preview, _closed = _preview(user, form)
    context = {**_options(user, form, timezone.now()), **_price(user, form, preview)}
    context["swapped"] = True
    return render(request, "generation/parts/options.html", context)


@require_safe
@login_required
@never_cache
def price(request: HttpRequest) -> HttpResponse:
    """The price block alone, for what is chosen."""
    form = CreateForm(initial=request.GET.dict())
    user = signed_in(request)
    preview, closed = _preview(user, form)
    context = {**_price(user, form, preview), "closed": closed}
    return render(request, "generation/price.html", context)


@require_POST
@login_required
@never_cache
def send_picture(request: HttpRequest, slot: str) -> HttpResponse:
    """Take a picture in as soon as it is chosen; the part of the form that shows it."""
    if slot not in SLOTS:
        raise Http404
    user = signed_in(request)
    posted, refused = _with_pictures(request, user)
    shown = _slot(user, slot, posted.get(slot), timezone.now())
    if slot in refused:
        shown = Slot(slot, fault=refused[slot].message)
    return render(request, "generation/parts/picture.html", {"slot": shown})


@require_safe
@login_required
def picture(request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
    """A picture its sender looks at."""
    try:
        upload = uploads.upload_for(
            user=signed_in(request), upload_id=upload_id, now=timezone.now()
        )
        file = storage.open_stored(upload.stored_name)
    except (NotFound, FileNotFoundError):
        raise Http404 from None
    response = FileResponse(file, content_type=upload.mime)
    response["Cache-Control"] = "private, max-age=600"
    return response


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a picture: the id and the path of what is in it, or what was wrong."""

    name: str
    id: str = ""
    path: str = ""
    fault: str = ""


def _slot(user: User, name: str, value: object, now: datetime, fault: str = "") -> Slot:
    try:
        found = picture_for(user=user, picture_id=UUID(str(value)), now=now) if value else None
    except ValueError:
        found = None
    if found is None:
        return Slot(name, fault=fault)
    path = (
        artifact_path(found, now=now)
        if isinstance(found, Artifact)
        else reverse("generation:picture", args=[found.id])
    )
    return Slot(name, str(found.id), path, fault)


def _options(user: User, form: CreateForm, now: datetime) -> dict[str, object]:
    kind = form.chosen_kind
    params = KINDS[kind].params
    return {
        "form": form,
        "kind": kind,
        "kinds": FORM_KINDS.items(),
        "params": params,
        "ratios": IMAGE_RATIOS if kind == "image" else VIDEO_RATIOS,
        "slots": [
            _slot(
                user, name, form[name].value(), now, " ".join(map(str, form[f"{name}_file"].errors))
            )
            for name in SLOTS
            if name in params
        ],
        "clips": _clips(user, form, now) if "video" in params else [],
        "moves": MOVE_WORDS.items(),
        "sliders": [
            (axis, *AXIS_WORDS[axis], form[f"camera_{axis}"].value() or 0) for axis in AXES
        ],
        "camera_set": form.camera(),
        "opens": openers(user=user, now=now),
    }


def _clips(user: User, form: CreateForm, now: datetime) -> list[dict[str, object]]:
    """Clips to choose from; the chosen one first where it is older than those."""
    clips = recent_clips(user=user, limit=_CLIPS)
    try:
        chosen = clip_for(user=user, clip_id=UUID(str(form["video"].value())))
    except ValueError:
        chosen = None
    if chosen is not None and chosen not in clips:
        clips = [chosen, *clips]
    return [
        {"artifact": clip, "path": artifact_path(clip, now=now), "chosen": clip == chosen}
        for clip in clips
    ]


def _price(user: User, form: CreateForm, preview: PricePreview | None) -> dict[str, object]:
    kind = form.chosen_kind
    return {
        "teams": [seat.team for seat in seats_of(user)],
        "team": form.chosen_team,
        "campaigns": _campaigns(user, form),
        "campaign": str(form["campaign"].value() or ""),
        "preview": preview,
        "kind": kind,
        "pieces": form.chosen_pieces,
        "choices": range(1, KINDS[kind].pieces_max + 1),
    }


def _campaigns(user: User, form: CreateForm) -> list[dict[str, object]]:
    """What whoever pays may spend for, with what of it is left."""
    now = timezone.now()
    found = campaigns_of(user=user, now=now).filter(team=form.chosen_team)[:_CAMPAIGNS]
    return [
        {"id": str(one.pk), "name": one.name, "left_cp": envelope_of(one, now=now).left_cp}
        for one in found
    ]


def _preview(user: User, form: CreateForm) -> tuple[PricePreview | None, Refusal | None]:
    try:
        preview = preview_price(
            user=user,
            kind=form.chosen_kind,
            params=form.priced(),
            team_id=form.chosen_team,
            now=timezone.now(),
        )
        return preview, None
    except Refusal as refusal:
        return None, refusal
