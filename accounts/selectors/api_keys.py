"""A user's API keys."""

from __future__ import annotations

from accounts.models import ApiKey, User


def api_keys(*, user: User) -> list[ApiKey]:
    """The user's keys, newest first, revoked ones last."""
    keys = list(ApiKey.objects.filter(user=user).order_by("-created_at"))
    return sorted(keys, key=lambda key: key.revoked_at is not None)
