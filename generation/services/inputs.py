"""What a job works from: pictures its user sent, pictures and clips its user sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from generation.errors import ClipTooLong
from generation.models import Artifact, Job, Upload
from generation.selectors.sources import clip_for, picture_for
from generation.services import uploads
from generation.types import CHAIN_SECONDS_MAX, GenerationRequest, SentPicture


@dataclass(frozen=True, slots=True)
class Inputs:
    """A request whose pictures are all here. `parent` is what of one's own it was made from."""

    request: GenerationRequest
    parent: Artifact | None = None
    upload_ids: list[UUID] = field(default_factory=list)


def check_inputs(*, user: User, request: GenerationRequest, now: datetime) -> None:
    """Refuse what `take_inputs` would refuse; nothing is kept.

    Raises InvalidRequest, PictureRefused, ClipTooLong.
    """
    for path, given in request.pictures():
        if isinstance(given, SentPicture):
            uploads.clean_picture(given.data, field=f"params.{path}")
        else:
            _own_picture(user, given.id, path, now)
    _parent_clip(user, request)


def take_inputs(*, user: User, request: GenerationRequest, now: datetime) -> Inputs:
    """Keep the pictures that came with the request and find those it names.

    Raises InvalidRequest, PictureRefused, ClipTooLong and QuotaExceeded, each naming its field.
    """
    kept: dict[str, UUID] = {}
    upload_ids: list[UUID] = []
    parent = _parent_clip(user, request)
    for path, given in request.pictures():
        source: Upload | Artifact = (
            uploads.keep_upload(user=user, data=given.data, field=f"params.{path}", now=now)
            if isinstance(given, SentPicture)
            else _own_picture(user, given.id, path, now)
        )
        kept[path] = source.id
        if isinstance(source, Upload):
            upload_ids.append(source.id)
        else:
            parent = parent or source
    return Inputs(request.with_pictures(kept), parent, upload_ids)


def use_inputs(inputs: Inputs, *, now: datetime) -> None:
    """Keep uploads alive for the job that is being made. A step of its submit.

    Raises InvalidRequest when one is gone by now.
    """
    gone = uploads.use(inputs.upload_ids, now=now)
    for path, given in inputs.request.pictures():
        if not isinstance(given, SentPicture) and given.id in gone:
            raise _no_picture(path)


def continues_marked(job: Job) -> bool:
    """Whether a job continues a clip that carries the brand mark."""
    return job.kind == "extension" and job.parent is not None and job.parent.brand_mark


def _own_picture(user: User, picture_id: UUID, path: str, now: datetime) -> Upload | Artifact:
    found = picture_for(user=user, picture_id=picture_id, now=now)
    if found is None:
        raise _no_picture(path)
    return found


def _no_picture(path: str) -> InvalidRequest:
    return InvalidRequest(
        _("There is no such picture of yours, or its time is over: send it again."),
        fields={f"params.{path}": "is neither an upload of yours nor a picture you made"},
    )


def _parent_clip(user: User, request: GenerationRequest) -> Artifact | None:
    """The clip that is to be continued. Raises InvalidRequest, ClipTooLong."""
    video = request.values.get("video")
    if video is None:
        return None
    clip = clip_for(user=user, clip_id=video)
    if clip is None:
        raise InvalidRequest(
            _("There is no such clip of yours."), fields={"params.video": "is no clip you made"}
        )
    if clip.seconds + request.seconds > CHAIN_SECONDS_MAX:
        raise ClipTooLong(
            _("A clip can grow to %(most)d seconds; this one has %(has)d already.")
            % {"most": CHAIN_SECONDS_MAX, "has": clip.seconds},
            fields={"params.duration": f"{clip.seconds} + {request.seconds} seconds is too long"},
            facts={"seconds": clip.seconds, "seconds_max": CHAIN_SECONDS_MAX},
        )
    return clip
