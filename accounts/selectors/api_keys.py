"""A user's API keys."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import ApiKey, User


def api_keys(*, user: User) -> list[ApiKey]:
    """The user's keys, newest first, revoked ones last."""
    keys = list(ApiKey.objects.filter(user=user).order_by("-created_at"))
    return sorted(keys, key=lambda key: key.revoked_at is not None)


def api_key(*, user: User, key_id: UUID) -> ApiKey:
    """One key of the user's. Raises NotFound, also for another's."""
    key = ApiKey.objects.filter(user=user, id=key_id).first()
    if key is None:
        raise NotFound(_("No such API key."))
    return key
