"""Codes a user has redeemed."""

from __future__ import annotations

from accounts.models import User
from billing.models import CodeRedemption

_SHOWN = 50


def redemptions_of(*, user: User) -> list[CodeRedemption]:
    """The newest fifty, with their codes and batches."""
    mine = CodeRedemption.objects.filter(user=user).select_related("code", "batch")
    return list(mine.order_by("-redeemed_at")[:_SHOWN])
