"""What a user may work from: pictures sent or made, clips made."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from generation.models import Artifact, Upload
from generation.types import CHAIN_SECONDS_MAX, SECONDS


def picture_for(*, user: User, picture_id: UUID, now: datetime) -> Upload | Artifact | None:
    """The user's upload or picture with this id; None for another's and for what is gone."""
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return None
    upload = Upload.objects.filter(id=picture_id, wallet_id=wallet_id, expires_at__gt=now).first()
    made = Artifact.objects.filter(id=picture_id, wallet_id=wallet_id, mime="image/png")
    return upload or made.first()


def clip_for(*, user: User, clip_id: UUID) -> Artifact | None:
    """The user's clip with this id."""
    return _clips(user).filter(id=clip_id).first()


def recent_clips(*, user: User, limit: int) -> list[Artifact]:
    """The user's clips that can still grow, newest first."""
    room = _clips(user).filter(seconds__lte=CHAIN_SECONDS_MAX - SECONDS[0])
    return list(room.order_by("-created_at", "-id")[:limit])


def _clips(user: User) -> QuerySet[Artifact]:
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return Artifact.objects.none()
    return Artifact.objects.select_related("job").filter(wallet_id=wallet_id, mime="video/mp4")
