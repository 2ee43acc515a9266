"""A user's own limits on spending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from billing.services.wallets import wallet_for
from generation.calendar import period_ends_at, period_of
from generation.models import OwnCaps, Spending

CAP_MAX_CP = 10**12


@dataclass(frozen=True, slots=True)
class PeriodSpent:
    """Hundredths spent in a server day or month, the cap on it (None: none) and when it frees."""

    cap_cp: int | None
    spent_cp: int
    frees_at: datetime


@dataclass(frozen=True, slots=True)
class OwnCapsView:
    """The day and the month of `now`."""

    day: PeriodSpent
    month: PeriodSpent


def own_caps(*, user: User, now: datetime) -> OwnCapsView:
    """What the user lets themselves spend and has spent; what was not charged is not in it."""
    wallet_id = wallet_id_of(user) or 0  # no wallet has that number
    kept = OwnCaps.objects.filter(wallet_id=wallet_id).first()
    zone = settings.POINTS_DAY_TZ
    spent = dict(
        Spending.objects.filter(
            wallet_id=wallet_id,
            scope="wallet",
            period__in=[period_of(now, per, zone) for per in ("day", "month")],
        ).values_list("period", "spent_cp")
    )

    def period(per: str, cap_cp: int | None) -> PeriodSpent:
        return PeriodSpent(
            cap_cp, spent.get(period_of(now, per, zone), 0), period_ends_at(now, per, zone)
        )

    return OwnCapsView(
        period("day", kept.daily_cap_cp if kept else None),
        period("month", kept.monthly_cap_cp if kept else None),
    )


@transaction.atomic(durable=True)
def set_own_caps(
    *, user: User, daily_cap_cp: int | None, monthly_cap_cp: int | None, now: datetime
) -> None:
    """Set both, None for no limit. The next submit counts under them; zero stops all spending.

    Raises InvalidRequest.
    """
    for name, cap_cp in (("day", daily_cap_cp), ("month", monthly_cap_cp)):
        if cap_cp is not None and not 0 <= cap_cp <= CAP_MAX_CP:
            raise InvalidRequest(
                _("A limit is zero points or more."), fields={f"{name}_points": "zero or more"}
            )
    OwnCaps.objects.update_or_create(
        wallet_id=wallet_for(user=user, now=now),
        defaults={
            "daily_cap_cp": daily_cap_cp,
            "monthly_cap_cp": monthly_cap_cp,
            "changed_at": now,
        },
    )
