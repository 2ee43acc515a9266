"""Hard caps on spending, counted in the transaction that holds. Steps of use cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from billing.types import format_points
from generation.calendar import EVER, period_ends_at, period_of
from generation.errors import CapExceeded, EnvelopeExceeded
from generation.models import Campaign, Spending


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit_cp` hundredths in `scope` per server day, month or ever; None: counted only.

    `name` is what a refusal calls it: several caps may share a count. `campaign`: whose envelope
    it is of.
    """

    scope: str
    per: str
    limit_cp: int | None
    name: str
    campaign: Campaign | None = None


# Every cap in one round trip.
_ADD = """
insert into generation_spending as known (wallet_id, scope, period, spent_cp)
select %s, scope, period, %s from unnest(%s::text[], %s::text[]) cap (scope, period)
on conflict (wallet_id, scope, period) do update set spent_cp = known.spent_cp + excluded.spent_cp
returning scope, period, spent_cp
"""


def count(*, wallet_id: int, caps: Iterable[Cap], amount_cp: int, now: datetime) -> list[str]:
    """Add `amount_cp` to what was spent under each cap; the caller holds the wallet's lock.

    Returns what was counted, for `uncount`. Raises CapExceeded or EnvelopeExceeded, whereupon the
    caller's transaction must end: what was added goes with it.
    """
    periods_of = [(cap, period_of(now, cap.per, settings.POINTS_DAY_TZ)) for cap in caps]
    counts = list(dict.fromkeys((cap.scope, period) for cap, period in periods_of))
    scopes, periods = zip(*counts, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [wallet_id, amount_cp, list(scopes), list(periods)])
        spent = {(scope, period): spent_cp for scope, period, spent_cp in cursor.fetchall()}
    for cap, period in periods_of:
        spent_cp = spent[cap.scope, period]
        if cap.limit_cp is not None and spent_cp > cap.limit_cp:
            used_cp = spent_cp - amount_cp
            if cap.campaign is not None:
                raise _envelope(cap.campaign, cap, cap.limit_cp, used_cp, amount_cp, now)
            raise _exceeded(cap, cap.limit_cp, used_cp, now)
    return [f"{scope}|{period}" for scope, period in counts]


def uncount(*, wallet_id: int, counted: Iterable[str], amount_cp: int) -> None:
    """Take back what a job did not spend after all."""
    for name in counted:
        scope, period = name.split("|")
        Spending.objects.filter(wallet_id=wallet_id, scope=scope, period=period).update(
            spent_cp=F("spent_cp") - amount_cp
        )


def _exceeded(cap: Cap, limit_cp: int, spent_cp: int, now: datetime) -> CapExceeded:
    frees_at = period_ends_at(now, cap.per, settings.POINTS_DAY_TZ)
    return CapExceeded(
        _("This would pass the cap of %(limit)s points a %(per)s; %(spent)s are spent.")
        % {
            "limit": format_points(limit_cp),
            "per": _("day") if cap.per == "day" else _("month"),
            "spent": format_points(spent_cp),
        },
        facts={
            "cap": cap.name,
            "limit_points": format_points(limit_cp),
            "spent_points": format_points(spent_cp),
            "frees_at": _rfc3339(frees_at),
        },
    )


def _envelope(
    campaign: Campaign, cap: Cap, limit_cp: int, used_cp: int, asked_cp: int, now: datetime
) -> EnvelopeExceeded:
    frees_at = None if cap.per == EVER else period_ends_at(now, cap.per, settings.POINTS_DAY_TZ)
    sentence = (
        _(
            "The campaign %(name)s may take %(limit)s points: %(used)s are used or held, and this "
            "asks for %(asked)s."
        )
        if frees_at is None
        else _(
            "The campaign %(name)s may take %(limit)s points a month: %(used)s are used or held, "
            "and this asks for %(asked)s."
        )
    )
    facts: dict[str, object] = {
        "limit_points": format_points(limit_cp),
        "used_points": format_points(used_cp),
        "asked_points": format_points(asked_cp),
    }
    return EnvelopeExceeded(
        sentence
        % {
            "name": campaign.name,
            "limit": facts["limit_points"],
            "used": facts["used_points"],
            "asked": facts["asked_points"],
        },
        facts={
            "envelope": str(campaign.pk),
            "cap": cap.name,
            **facts,
            "frees_at": _rfc3339(frees_at) if frees_at else None,
        },
    )


def _rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
