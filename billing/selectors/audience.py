"""Who may claim the day's free points."""

from __future__ import annotations

from datetime import datetime

from billing import launch
from billing.models import DailyPointsPolicy
from billing.selectors.entitlements import live_period


def in_audience(*, wallet_id: int | None, now: datetime) -> bool:
    """Whether the policy of this moment lets the wallet's owner claim."""
    policy = (
        DailyPointsPolicy.objects.filter(starts_at__lte=now).order_by("-starts_at", "-id").first()
    )
    audience = policy.audience if policy is not None else launch.DAILY_POINTS_AUDIENCE
    return (
        audience == "everyone"
        or wallet_id is None
        or live_period(wallet_id=wallet_id, now=now) is None
    )
