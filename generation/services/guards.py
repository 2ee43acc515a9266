"""What a submit must pass once the wallet is locked: brake, quotas, caps. Steps of a use case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import ApiKey
from billing.services.payers import Payer
from billing.types import Entitlements
from generation import quotas
from generation.calendar import EVER, day_starts_at, period_ends_at
from generation.errors import GenerationPaused, QuotaExceeded
from generation.models import Campaign
from generation.selectors.envelopes import campaign_scope
from generation.selectors.key_spending import key_scope
from generation.selectors.team_spending import seat_scope
from generation.services.caps import Cap

# One round trip: it is made by every submit while the wallet is locked.
_STANDING = """
select array(select until from generation_brake
              where until is null or until > %(now)s order by name limit 1),
       array(select deadline_at from generation_job
              where wallet_id = %(wallet_id)s and state in ('queued', 'running')
              order by deadline_at),
       (select count(*) from generation_job
         where wallet_id = %(wallet_id)s and created_at >= %(today)s and state <> 'failed'),
       array(select unnest(array[daily_cap_cp, monthly_cap_cp]) from generation_owncaps
              where wallet_id = %(wallet_id)s)
"""


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """What the owner lets themselves spend, in hundredths; None: no limit."""

    daily_cap_cp: int | None = None
    monthly_cap_cp: int | None = None


def check(*, wallet_id: int, plan: Entitlements, now: datetime) -> OwnLimits:
    """Raises GenerationPaused while a brake is on; QuotaExceeded, which says the quota, its limit
    and when it frees. Answers the owner's limits, which were read beside."""
    zone = settings.POINTS_DAY_TZ
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING, {"wallet_id": wallet_id, "now": now, "today": day_starts_at(now, zone)}
        )
        brakes, deadlines, today, own = cursor.fetchone()
    for until in brakes:
        raise GenerationPaused(
            _("New jobs are paused for now; nothing was charged."),
            facts={"frees_at": _rfc3339(until) if until else None},
        )
    parallel = quotas.parallel_jobs(slots=plan.slots, in_use=len(deadlines))
    if not parallel.allowed:
        raise _refusal(
            parallel,
            _("Your plan runs %(limit)d job(s) at a time; wait for one to end.")
            % {"limit": parallel.limit},
            # The first of them ends by its deadline at the latest.
            frees_at=deadlines[0],
        )
    of_day = quotas.jobs_of_day(day_max=plan.jobs_day_max, today=today)
    if not of_day.allowed:
        raise _refusal(
            of_day,
            _("Your plan makes %(limit)d jobs a day.") % {"limit": of_day.limit},
            frees_at=period_ends_at(now, "day", zone),
        )
    return OwnLimits(*own)


def caps_of(
    *,
    plan: Entitlements,
    own: OwnLimits,
    payer: Payer,
    api_key: ApiKey | None,
    campaign: Campaign | None,
) -> list[Cap]:
    """Every cap a job of this key and seat, for this campaign, on this plan counts under.

    Days and months of the wallet are counted without a limit too, and all of a campaign: a cap
    that is set later knows what was spent before.
    """
    caps = [
        Cap("wallet", "day", own.daily_cap_cp, "own_day"),
        Cap("wallet", "month", own.monthly_cap_cp, "own_month"),
        Cap("wallet", "day", plan.points_day_max_cp, "wallet_day"),
    ]
    if payer.seat_id is not None:
        scope = seat_scope(payer.seat_id)
        caps.append(Cap(scope, "day", payer.daily_cap_cp, "seat_day"))
        caps.append(Cap(scope, "month", payer.monthly_cap_cp, "seat_month"))
    if api_key is not None:
        # Counted without a cap too: a cap set later counts the whole period, and pages show it.
        scope = key_scope(api_key.pk)
        caps.append(Cap(scope, "day", api_key.daily_cap_cp, "key_day"))
        caps.append(Cap(scope, "month", api_key.monthly_cap_cp, "key_month"))
    if campaign is not None:
        scope = campaign_scope(campaign.pk)
        caps.append(Cap(scope, EVER, campaign.cap_cp, "campaign_total", campaign))
        caps.append(Cap(scope, "month", campaign.monthly_cap_cp, "campaign_month", campaign))
    return caps


def _refusal(verdict: quotas.Verdict, message: str, *, frees_at: datetime) -> QuotaExceeded:
    return QuotaExceeded(
        message,
        facts={
            "quota": verdict.quota,
            "limit": verdict.limit,
            "in_use": verdict.in_use,
            "frees_at": _rfc3339(frees_at),
        },
    )


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
