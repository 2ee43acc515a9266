"""What a submit must pass once the wallet is locked: brake, quotas, caps. Steps of a use case."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import ApiKey
from billing.types import Entitlements
from generation import quotas
from generation.calendar import day_starts_at, period_ends_at
from generation.errors import GenerationPaused, QuotaExceeded
from generation.lifecycle import ACTIVE, State
from generation.models import Brake, Job
from generation.services.caps import Cap


def check_brake(*, now: datetime) -> None:
    """Raises GenerationPaused while an operator's brake is on."""
    brake = Brake.objects.filter(Q(until=None) | Q(until__gt=now)).first()
    if brake is None:
        return
    raise GenerationPaused(
        _("New jobs are paused for now; nothing was charged."),
        facts={"frees_at": _rfc3339(brake.until) if brake.until else None},
    )


def check_quotas(*, wallet_id: int, plan: Entitlements, now: datetime) -> None:
    """Raises QuotaExceeded, which says the quota, its limit and when it frees."""
    active = Job.objects.filter(wallet_id=wallet_id, state__in=ACTIVE)
    deadlines = list(active.order_by("deadline_at").values_list("deadline_at", flat=True))
    parallel = quotas.parallel_jobs(slots=plan.slots, in_use=len(deadlines))
    if not parallel.allowed:
        raise _refusal(
            parallel,
            _("Your plan runs %(limit)d job(s) at a time; wait for one to end.")
            % {"limit": parallel.limit},
            # The first of them ends by its deadline at the latest.
            frees_at=deadlines[0],
        )
    zone = settings.POINTS_DAY_TZ
    today = Job.objects.filter(wallet_id=wallet_id, created_at__gte=day_starts_at(now, zone))
    of_day = quotas.jobs_of_day(
        day_max=plan.jobs_day_max, today=today.exclude(state=State.FAILED).count()
    )
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
        scope = f"key:{api_key.pk}"
        if api_key.daily_cap_cp is not None:
            caps.append(Cap(scope, "day", api_key.daily_cap_cp))
        if api_key.monthly_cap_cp is not None:
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
    return at.isoformat().replace("+00:00", "Z")
