"""A user's artifacts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from generation.models import Artifact


def gallery(
    *, user: User, before: tuple[datetime, UUID] | None = None, limit: int
) -> list[Artifact]:
    """The user's artifacts that are kept, newest first, older than the one known by `before`."""
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return []
    artifacts = Artifact.objects.select_related("job").filter(wallet_id=wallet_id, deleted_at=None)
    if before is not None:
        at, artifact_id = before
        artifacts = artifacts.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=artifact_id))
    return list(artifacts.order_by("-created_at", "-id")[:limit])
