"""What operators of GPUs do: drain a worker, pull the brake, mind the day's GPU spend."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Sum

from generation.calendar import day_starts_at, period_ends_at
from generation.models import Attempt, Brake, DrainedWorker

log = logging.getLogger(__name__)

OPERATOR, GPU_SPEND = "operator", "gpu-spend"
_MILLISECONDS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """A GPU worker that ran something lately."""

    name: str
    attempts: int
    last_started_at: datetime
    drained: bool


def recent_workers(*, now: datetime) -> list[WorkerLine]:
    """Workers with an attempt in the last 24 hours."""
    drained = set(DrainedWorker.objects.values_list("name", flat=True))
    rows = (
        Attempt.objects.filter(started_at__gt=now - timedelta(days=1))
        .values_list("worker")
        .annotate(Count("id"), Max("started_at"))
        .order_by("worker")
    )
    return [WorkerLine(name, count, last, name in drained) for name, count, last in rows]


@transaction.atomic(durable=True)
def drain_worker(*, name: str, now: datetime) -> None:
    """Let the worker finish what it has and take nothing more."""
    DrainedWorker.objects.get_or_create(name=name, defaults={"since": now})


@transaction.atomic(durable=True)
def resume_worker(*, name: str) -> bool:
    """Let the worker take jobs again; False when it was not drained."""
    return DrainedWorker.objects.filter(name=name).delete()[0] > 0


@transaction.atomic(durable=True)
def pull_brake(*, reason: str, until: datetime | None, now: datetime, name: str = OPERATOR) -> None:
    """Accept no new job until `until`, or until the brake is let go."""
    Brake.objects.update_or_create(
        name=name, defaults={"reason": reason[:200], "since": now, "until": until}
    )


@transaction.atomic(durable=True)
def release_brake() -> bool:
    """Accept jobs again; False when the operator's brake was not on.

    The brake of the day's GPU budget is not let go here: raise the budget, or wait for the day.
    """
    return Brake.objects.filter(name=OPERATOR).delete()[0] > 0


def gpu_spend_minor(*, now: datetime) -> int:
    """What this server day's attempts cost so far, in minor units of the operator's currency.

    GPU time of every attempt that has ended, failed and lost ones too, at the hourly rate.
    """
    day = day_starts_at(now, settings.POINTS_DAY_TZ)
    used = Attempt.objects.filter(ended_at__gte=day).aggregate(total=Sum("gpu_milliseconds"))
    return (used["total"] or 0) * settings.GPU_COST_PER_HOUR_MINOR // _MILLISECONDS_PER_HOUR


def mind_gpu_spend(*, now: datetime) -> bool:
    """Pull the brake until the day turns once the day's budget is spent; True when it pulled."""
    if not settings.GPU_DAY_BUDGET_MINOR:
        return False
    spent = gpu_spend_minor(now=now)
    if spent < settings.GPU_DAY_BUDGET_MINOR:
        return False
    if Brake.objects.filter(name=GPU_SPEND, until__gt=now).exists():
        return False
    pull_brake(
        name=GPU_SPEND,
        reason=f"the day's GPU budget is spent: {spent} of {settings.GPU_DAY_BUDGET_MINOR}",
        until=period_ends_at(now, "day", settings.POINTS_DAY_TZ),
        now=now,
    )
    log.error("brake: %d minor units of GPU time are spent today", spent)
    return True
