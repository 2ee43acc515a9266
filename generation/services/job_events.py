"""Telling that a job's state has changed: one place that every change passes. Steps.

Called in the database transaction of the change, with the job as it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.models import Seat
from accounts.services.webhook_events import Fact, instant, record
from billing.types import format_points
from generation.models import Job
from generation.services.kling_callbacks import call_back


def announce(jobs: Sequence[Job], *, now: datetime) -> None:
    """Write the events of jobs that have just come into their state.

    They are for who asked for the job, also where a team pays. Jobs that named an address of their
    own are told of there too.
    """
    record([_fact(job) for job in jobs], now=now)
    for job in jobs:
        call_back(job, now=now)


def _fact(job: Job) -> Fact:
    # A job may be queued and running more than once; it ends once.
    key = f"job.{job.state}:{job.pk}:{job.attempts}"
    return Fact(job.user_id, f"job.{job.state}", key, lambda: job_data(job))


def job_data(job: Job) -> dict[str, object]:
    """The job as an event tells it: no words of its request, no links to files."""
    ended = job.finished_at is not None
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "status": job.state,
        "attempt": job.attempts,
        "team": _team(job.seat_id),
        "cost_points": format_points(job.cost_cp),
        "charged_points": None if job.captured_cp is None else format_points(job.captured_cp),
        "pieces_asked": job.pieces,
        "pieces_delivered": job.artifacts.count() if ended else None,
        "failure_code": job.failure_code or None,
        "created_at": instant(job.created_at),
        "started_at": instant(job.started_at) if job.started_at else None,
        "finished_at": instant(job.finished_at) if job.finished_at else None,
        "url": f"{settings.PUBLIC_URL}/api/v1/jobs/{job.pk}",
    }


def _team(seat_id: UUID | None) -> str | None:
    if seat_id is None:
        return None
    return str(Seat.objects.values_list("team_id", flat=True).get(pk=seat_id))
