"""What the clock repairs: leases of dead workers, deadlines, doorbells nobody heard."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from generation import dispatch
from generation.lifecycle import ACTIVE, Event, State
from generation.models import Job
from generation.services import queue
from generation.services.attempts import requeue_or_fail
from generation.services.jobs import end_uncharged

log = logging.getLogger(__name__)
_AT_ONCE = 500


def sweep_leases(*, now: datetime) -> int:
    """Take running jobs from workers whose lease has ended; returns how many."""
    lapsed = Job.objects.filter(state=State.RUNNING, lease_until__lte=now)
    lapsed_ids = lapsed.order_by("lease_until").values_list("id", flat=True)[:_AT_ONCE]
    return _each(list(lapsed_ids), _take_back, now)


@transaction.atomic(durable=True)
def _take_back(job_id: UUID, now: datetime) -> bool:
    job = Job.objects.select_for_update().get(id=job_id)
    # Read again under the lock: the worker may have renewed its lease or ended the job meanwhile.
    if job.state != State.RUNNING or job.lease_until is None or job.lease_until > now:
        return False
    log.warning("job %s taken from a worker that stopped answering", job.id)
    requeue_or_fail(job, message="its lease ended", now=now)
    return True


def sweep_deadlines(*, now: datetime) -> int:
    """Fail, uncharged, every job that is past the deadline its user was shown."""
    overdue = Job.objects.filter(state__in=ACTIVE, deadline_at__lte=now)
    overdue_ids = overdue.order_by("deadline_at").values_list("id", flat=True)[:_AT_ONCE]
    return _each(list(overdue_ids), _fail_overdue, now)


def _each(job_ids: list[UUID], repair: Callable[[UUID, datetime], bool], now: datetime) -> int:
    """Repair each job by itself: one that cannot be does not keep the others waiting."""
    repaired = 0
    for job_id in job_ids:
        try:
            repaired += repair(job_id, now)
        except Exception:
            log.exception("job %s could not be repaired", job_id)
    return repaired


@transaction.atomic(durable=True)
def _fail_overdue(job_id: UUID, now: datetime) -> bool:
    job = Job.objects.select_for_update().get(id=job_id)
    if job.state not in ACTIVE:
        return False
    code = "TIMEOUT.QUEUE" if job.state == State.QUEUED else "TIMEOUT.RUN"
    end_uncharged(job, event=Event.FAIL, code=code, message="", now=now)
    return True


@transaction.atomic(durable=True)
def restore_turns(*, now: datetime) -> int:
    """Give a turn to waiting jobs that have none; returns how many were missing."""
    restored = queue.restore_turns(now=now)
    if restored:
        log.error("%d turns of the queue were missing and are restored", restored)
    return restored


def ring_if_waiting() -> bool:
    """Ring the doorbell again when a job waits: a lost message delays work, never loses it."""
    waiting = Job.objects.filter(state=State.QUEUED).exists()
    if waiting:
        dispatch.ring()
    return waiting
