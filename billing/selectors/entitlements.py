"""What a wallet may do now."""

from __future__ import annotations

from datetime import datetime

from billing import launch, models
from billing.selectors.catalogue import plan_offer
from billing.types import Entitlements


def entitlements(*, wallet_id: int, now: datetime) -> Entitlements:
    """The limits and perks of the plan whose paid period covers `now`, else of the free plan.

    The clock alone ends a period's perks: no task has to run. Where periods overlap, the highest
    level counts.
    """
    period = live_period(wallet_id=wallet_id, now=now)
    if period is not None:
        return plan_offer(period.plan, prices=False).entitlements()
    free = (
        models.Plan.objects.filter(
            level=0, catalogue__published_at__isnull=False, catalogue__starts_at__lte=now
        )
        .order_by("-catalogue_id")
        .first()
    )
    offer = launch.FREE_PLAN if free is None else plan_offer(free, prices=False)
    return offer.entitlements()


def live_period(*, wallet_id: int, now: datetime) -> models.MembershipPeriod | None:
    """The paid period whose perks the wallet has at `now`, None for the free plan."""
    return (
        models.MembershipPeriod.objects.select_related("plan")
        .filter(wallet_id=wallet_id, starts_at__lte=now, perks_until__gt=now)
        .order_by("-plan__level", "-starts_at")
        .first()
    )
