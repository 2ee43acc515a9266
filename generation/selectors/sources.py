"""What a user may work from: pictures sent, pictures and clips the user sees."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from generation.models import Artifact, Upload
from generation.selectors.sight import seen_by
from generation.types import CHAIN_SECONDS_MAX, SECONDS

PICTURE, CLIP = "image/png", "video/mp4"


def picture_for(*, user: User, picture_id: UUID, now: datetime) -> Upload | Artifact | None:
    """The user's upload or picture with this id; None for another's and for what is gone."""
    upload = Upload.objects.filter(id=picture_id, user=user, expires_at__gt=now).first()
    return upload or _made(user, PICTURE).filter(id=picture_id).first()


def clip_for(*, user: User, clip_id: UUID) -> Artifact | None:
    """The user's clip with this id."""
    return _made(user, CLIP).filter(id=clip_id).first()


def recent_clips(*, user: User, limit: int) -> list[Artifact]:
    """The user's clips that can still grow, newest first."""
    room = _made(user, CLIP).filter(seconds__lte=CHAIN_SECONDS_MAX - SECONDS[0])
    return list(room.order_by("-created_at", "-id")[:limit])


def _made(user: User, mime: str) -> QuerySet[Artifact]:
    return Artifact.objects.select_related("job").filter(seen_by(user, job="job"), mime=mime)
