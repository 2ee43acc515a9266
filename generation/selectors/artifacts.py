"""A user's artifacts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from generation.models import Artifact
from generation.selectors.sight import seen_by


def gallery(
    *, user: User, before: tuple[datetime, UUID] | None = None, limit: int
) -> list[Artifact]:
    """The artifacts a user sees, newest first, older than the one known by `before`."""
    artifacts = Artifact.objects.select_related("job").filter(seen_by(user, job="job"))
    if before is not None:
        at, artifact_id = before
        artifacts = artifacts.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=artifact_id))
    return list(artifacts.order_by("-created_at", "-id")[:limit])
