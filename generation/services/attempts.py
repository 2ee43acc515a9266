"""What a worker does to a job until there is something to deliver: claim it, report, fail it.

Every write says `attempt_id = mine`: a late worker, a redelivered doorbell and a stale cancel all
find nothing to do.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from generation import lifecycle
from generation.errors import AttemptLost
from generation.lifecycle import Event, State
from generation.models import Attempt, DrainedWorker, Job
from generation.services import job_events, queue
from generation.services.jobs import end_attempt, end_uncharged


@transaction.atomic(durable=True)
def claim_jobs(*, worker: str, now: datetime, pieces_max: int = 1) -> list[Job]:
    """Take the next queued job under a fresh attempt and lease, and with it those that can be
    rendered in the same call, up to `pieces_max` pieces; empty when nothing waits.

    Lanes and wallets take turns as `services.queue` says. A drained worker gets nothing.
    """
    if DrainedWorker.objects.filter(name=worker).exists():
        return []
    first = queue.next_job(now=now)
    if first is None:
        return []
    _start(first, now)
    jobs, room = [first], pieces_max - first.pieces
    while room > 0:
        beside = queue.next_beside(first, room=room, now=now)
        if beside is None:
            break
        _start(beside, now)
        jobs.append(beside)
        room -= beside.pieces
    pieces = sum(job.pieces for job in jobs)
    Attempt.objects.bulk_create(
        Attempt(
            id=job.attempt_id,
            job=job,
            number=job.attempts,
            worker=worker[:120],
            started_at=now,
            batch_pieces=pieces,
        )
        for job in jobs
    )
    job_events.announce(jobs, now=now)
    return jobs


def _start(job: Job, now: datetime) -> None:
    """Put a locked, queued job under a fresh attempt and lease."""
    job.state = State.RUNNING.value
    job.attempt_id = uuid.uuid4()
    job.attempts += 1
    job.lease_until = _lease_end(now)
    job.started_at = now
    job.stage, job.step, job.step_of = "load", 0, 0
    job.save(
        update_fields=[
            "state",
            "attempt_id",
            "attempts",
            "lease_until",
            "started_at",
            "stage",
            "step",
            "step_of",
        ]
    )


def heartbeat(
    *, attempt_ids: Collection[UUID], stage: str, step: int, step_of: int, now: datetime
) -> set[UUID]:
    """Report where the attempts of a batch are and renew their leases; those that are lost."""
    running = Job.objects.filter(attempt_id__in=attempt_ids, state=State.RUNNING)
    renewed = running.update(stage=stage, step=step, step_of=step_of, lease_until=_lease_end(now))
    if renewed == len(attempt_ids):
        return set()
    return set(attempt_ids).difference(running.values_list("attempt_id", flat=True))


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def locked(job_id: UUID, attempt_id: UUID) -> Job:
    """The running job, its row locked. Raises AttemptLost when the attempt is not the job's."""
    job = (
        Job.objects.select_for_update()
        .filter(id=job_id, attempt_id=attempt_id, state=State.RUNNING)
        .first()
    )
    if job is None:
        raise AttemptLost(f"attempt {attempt_id} of job {job_id}")
    return job


@transaction.atomic(durable=True)
def fail_job(*, job_id: UUID, attempt_id: UUID, code: str, message: str, now: datetime) -> None:
    """The attempt failed for good: nothing is charged. Raises AttemptLost when it is not ours."""
    job = locked(job_id, attempt_id)
    end_uncharged(job, event=Event.FAIL, code=code, message=message, now=now)


@transaction.atomic(durable=True)
def lose_attempt(*, job_id: UUID, attempt_id: UUID, message: str, now: datetime) -> State:
    """The inference child died under the job: queue it again, or fail it after two attempts.

    Returns the state it is in now. Raises AttemptLost when the attempt is not the job's any more.
    """
    return requeue_or_fail(locked(job_id, attempt_id), message=message, now=now)


def requeue_or_fail(job: Job, *, message: str, now: datetime) -> State:
    """Another attempt for a locked, running job, or its end, uncharged, after two. A step."""
    if lifecycle.after_lost_lease(job.attempts) is Event.FAIL:
        end_uncharged(job, event=Event.FAIL, code="INTERNAL.WORKER_LOST", message=message, now=now)
        return State(job.state)
    end_attempt(job, outcome="lost", now=now)
    job.state = State.QUEUED.value
    job.attempt_id = None
    job.lease_until = None
    job.stage, job.step, job.step_of = "", 0, 0
    job.delivery = None
    job.save(
        update_fields=[
            "state",
            "attempt_id",
            "lease_until",
            "stage",
            "step",
            "step_of",
            "delivery",
        ]
    )
    queue.join(wallet_id=job.wallet_id, lane=job.lane, now=now)
    job_events.announce([job], now=now)
    return State.QUEUED
