"""What a submit must pass once the wallet is locked: brake, quotas, caps. Steps of a use case."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import ApiKey
from billing.types import Entitlements
from generation import quotas
from generation.calendar import day_starts_at, period_ends_at
from generation.errors import GenerationPaused, QuotaExceeded
from generation.selectors.key_spending import key_scope
from generation.services.caps import Cap

# One round trip: it is made by every submit while the wallet is locked.
_STANDING = """
select array(select until from generation_brake
              where until is null or until > %(now)s order by name limit 1),
       array(select deadline_at from generation_job
              where wallet_id = %(wallet_id)s and state in ('queued', 'running')
              order by deadline_at),
       (select count(*) from generation_job
         where wallet_id = %(wallet_id)s and created_at >= %(today)s and state <> 'failed')
"""


def check(*, wallet_id: int, plan: Entitlements, now: datetime) -> None:
    """Raises GenerationPaused while a brake is on; QuotaExceeded, which says the quota, its limit
    and when it frees."""
    zone = settings.POINTS_DAY_TZ
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING, {"wallet_id": wallet_id, "now": now, "today": day_starts_at(now, zone)}
        )
        brakes, deadlines, today = cursor.fetchone()
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


def caps_of(*, plan: Entitlements, api_key: ApiKey | None) -> list[Cap]:
    """Every cap a job of this key on this plan counts under."""
    caps = [Cap("wallet", "day", plan.points_day_max_cp)]
    if api_key is not None:
        # Counted without a cap too: a cap set later counts the whole period, and pages show it.
        scope = key_scope(api_key.pk)
        caps.append(Cap(scope, "day", api_key.daily_cap_cp))
        caps.append(Cap(scope, "month", api_key.monthly_cap_cp))
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
