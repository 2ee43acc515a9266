"""Celery's side of generation: each task reads the clock and calls one service."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from generation.services import (
    artifacts,
    deliveries,
    keeping,
    openai_calls,
    operations,
    sweeps,
    uploads,
    verdicts,
)


@shared_task(name="generation.sweep")
def sweep(**kwargs: Any) -> None:
    """Repair what the clock repairs, then ring for whatever waits."""
    now = timezone.now()
    sweeps.sweep_deadlines(now=now)
    deliveries.deliver_parked(now=now)
    sweeps.sweep_leases(now=now)
    sweeps.ring_if_waiting()


@shared_task(name="generation.sweep_orphans")
def sweep_orphans(**kwargs: Any) -> None:
    """Delete stored files that nothing names."""
    artifacts.sweep_orphans(now=timezone.now())


@shared_task(name="generation.sweep_expired")
def sweep_expired(**kwargs: Any) -> None:
    """Delete results whose time is over; forget refused texts that were kept long enough."""
    now = timezone.now()
    keeping.sweep_expired(now=now)
    verdicts.forget_texts(now=now)


@shared_task(name="generation.sweep_uploads")
def sweep_uploads(**kwargs: Any) -> None:
    """Delete uploads whose time is over; forget calls that nobody repeats any more."""
    now = timezone.now()
    uploads.sweep_uploads(now=now)
    openai_calls.forget_calls(now=now)


@shared_task(name="generation.upkeep")
def upkeep(**kwargs: Any) -> None:
    """Give back turns of the queue that a fault took; mind the day's GPU spend."""
    now = timezone.now()
    sweeps.restore_turns(now=now)
    operations.mind_gpu_spend(now=now)
