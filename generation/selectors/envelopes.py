"""Envelopes: what a campaign may take of its wallet, and what of that is used and held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from generation.calendar import EVER, period_ends_at, period_of
from generation.lifecycle import ACTIVE
from generation.models import Artifact, Campaign, Job, Spending

_SCOPE = "campaign:"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Hundredths of points. `used_cp` has what was charged and `held_cp`, which may come back;
    a cap of None is no limit. The month is the server month of now, which ends at `frees_at`."""

    cap_cp: int | None
    monthly_cap_cp: int | None
    used_cp: int
    held_cp: int
    month_cp: int
    frees_at: datetime

    @property
    def charged_cp(self) -> int:
        """What was spent for good."""
        return self.used_cp - self.held_cp

    @property
    def left_cp(self) -> int | None:
        """What jobs may still ask for now, under both caps; None where there is none."""
        free = [
            max(0, cap_cp - used_cp)
            for cap_cp, used_cp in (
                (self.cap_cp, self.used_cp),
                (self.monthly_cap_cp, self.month_cp),
            )
            if cap_cp is not None
        ]
        return min(free) if free else None


def campaign_scope(campaign_id: UUID) -> str:
    """The name under which a campaign's spending is counted."""
    return f"{_SCOPE}{campaign_id}"


def counted(campaigns: QuerySet[Campaign], *, now: datetime) -> QuerySet[Campaign]:
    """Each campaign with its numbers, read at one moment: see `envelope_of`; and `made`, its
    pieces."""
    month = period_of(now, "month", settings.POINTS_DAY_TZ)
    held = (
        Job.objects.filter(campaign=OuterRef("pk"), state__in=[state.value for state in ACTIVE])
        .order_by()
        .values("campaign")
        .annotate(all=Sum("cost_cp"))
        .values("all")
    )
    made = (
        Artifact.objects.filter(job__campaign=OuterRef("pk"), job__state="succeeded")
        .order_by()
        .values("job__campaign")
        .annotate(all=Count("pk"))
        .values("all")
    )
    return campaigns.annotate(
        used_cp=_spent(EVER),
        month_cp=_spent(month),
        held_cp=Coalesce(Subquery(held, output_field=BigIntegerField()), 0),
        made=Coalesce(Subquery(made, output_field=IntegerField()), 0),
    )


def envelope_of(campaign: Campaign, *, now: datetime) -> Envelope:
    """The envelope of a campaign that was `counted`."""
    told = vars(campaign)
    return Envelope(
        cap_cp=campaign.cap_cp,
        monthly_cap_cp=campaign.monthly_cap_cp,
        used_cp=told["used_cp"],
        held_cp=told["held_cp"],
        month_cp=told["month_cp"],
        frees_at=period_ends_at(now, "month", settings.POINTS_DAY_TZ),
    )


def _spent(period: str) -> Coalesce:
    scope = Concat(Value(_SCOPE), Cast(OuterRef("pk"), CharField()))
    spent = Spending.objects.filter(
        wallet_id=OuterRef("wallet_id"), scope=scope, period=period
    ).values("spent_cp")
    return Coalesce(Subquery(spent, output_field=BigIntegerField()), 0)
