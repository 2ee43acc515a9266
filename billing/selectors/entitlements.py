"""What a wallet may do now."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from django.db import connection

from billing import launch, models
from billing.offers import PlanOffer
from billing.types import Entitlements

# The columns of a plan are named as the fields of its offer.
_NAMES = tuple(one.name for one in fields(PlanOffer) if one.name != "prices")
# One statement: every submit asks.
_PLAN_NOW = f"""
select {", ".join(_NAMES)} from billing_plan where id = coalesce(
       (select plan.id
          from billing_membershipperiod period join billing_plan plan on plan.id = period.plan_id
         where period.wallet_id = %s and period.starts_at <= %s and period.perks_until > %s
         order by plan.level desc, period.starts_at desc limit 1),
       (select plan.id
          from billing_plan plan
          join billing_catalogue catalogue on catalogue.version = plan.catalogue_id
         where plan.level = 0 and catalogue.published_at is not null and catalogue.starts_at <= %s
         order by plan.catalogue_id desc limit 1))
"""


def entitlements(*, wallet_id: int, now: datetime) -> Entitlements:
    """The limits and perks of the plan whose paid period covers `now`, else of the free plan.

    The clock alone ends a period's perks: no task has to run. Where periods overlap, the highest
    level counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLAN_NOW, [wallet_id, now, now, now])
        found = cursor.fetchone()
    if found is None:
        return launch.FREE_PLAN.entitlements()
    offer = dict(zip(_NAMES, found, strict=True))
    return PlanOffer(**offer, prices={}).entitlements()


def live_period(*, wallet_id: int, now: datetime) -> models.MembershipPeriod | None:
    """The paid period whose perks the wallet has at `now`, None for the free plan."""
    return (
        models.MembershipPeriod.objects.select_related("plan")
        .filter(wallet_id=wallet_id, starts_at__lte=now, perks_until__gt=now)
        .order_by("-plan__level", "-starts_at")
        .first()
    )
