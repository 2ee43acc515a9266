"""What a worker does to a job: claim it, report progress, finish or fail it.

Every write says `attempt_id = mine`: a late worker, a redelivered doorbell and a stale cancel all
find nothing to do.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing.services import charges
from generation import lifecycle
from generation.errors import AttemptLost
from generation.lifecycle import Event, State
from generation.models import Artifact, Attempt, DrainedWorker, Job
from generation.services import queue
from generation.services.jobs import end_attempt, end_uncharged


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """A stamped file that is in storage already and waits for its row."""

    stored_name: str
    mime: str
    width: int
    height: int
    seconds: int
    bytes: int
    sha256: str


@transaction.atomic(durable=True)
def claim_job(*, worker: str, now: datetime) -> Job | None:
    """Take the next queued job under a fresh attempt and lease; None when nothing waits.

    Lanes and wallets take turns as `services.queue` says. A drained worker gets nothing.
    """
    if DrainedWorker.objects.filter(name=worker).exists():
        return None
    job = queue.next_job(now=now)
    if job is None:
        return None
    _start(job, worker, now)
    return job


def _start(job: Job, worker: str, now: datetime) -> None:
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
    Attempt.objects.create(
        id=job.attempt_id, job=job, number=job.attempts, worker=worker[:120], started_at=now
    )


def heartbeat(
    *, job_id: UUID, attempt_id: UUID, stage: str, step: int, step_of: int, now: datetime
) -> None:
    """Report where the attempt is and renew its lease. Raises AttemptLost when it is not ours."""
    renewed = Job.objects.filter(id=job_id, attempt_id=attempt_id, state=State.RUNNING).update(
        stage=stage, step=step, step_of=step_of, lease_until=_lease_end(now)
    )
    if not renewed:
        raise AttemptLost(f"attempt {attempt_id} of job {job_id}")


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def _locked(job_id: UUID, attempt_id: UUID) -> Job:
    job = (
        Job.objects.select_for_update()
        .filter(id=job_id, attempt_id=attempt_id, state=State.RUNNING)
        .first()
    )
    if job is None:
        raise AttemptLost(f"attempt {attempt_id} of job {job_id}")
    return job


@transaction.atomic(durable=True)
def finish_job(
    *,
    job_id: UUID,
    attempt_id: UUID,
    artifacts: Sequence[StoredArtifact],
    engine: dict[str, object],
    now: datetime,
) -> Job:
    """Deliver: the files' rows, the capture and the end, together or not at all.

    Raises AttemptLost when the job was canceled, timed out or given to another meanwhile; the
    caller then deletes the files.
    """
    job = _locked(job_id, attempt_id)
    if job.deadline_at <= now:
        # The promise on the page is kept by whoever comes first, worker or sweeper.
        raise AttemptLost(f"job {job_id} is past its deadline")
    Artifact.objects.bulk_create(
        Artifact(
            job=job,
            wallet_id=job.wallet_id,
            index=index,
            stored_name=stored.stored_name,
            mime=stored.mime,
            width=stored.width,
            height=stored.height,
            seconds=stored.seconds,
            bytes=stored.bytes,
            sha256=stored.sha256,
            brand_mark=job.brand_mark,
            created_at=now,
        )
        for index, stored in enumerate(artifacts)
    )
    settled = charges.capture(
        wallet_id=job.wallet_id,
        hold_id=job.hold_id,
        job_ref=job.reference,
        amount_cp=None,
        now=now,
    )
    end_attempt(job, outcome="succeeded", now=now)
    job.state = State.SUCCEEDED.value
    job.captured_cp = settled.captured_cp
    job.attempt_id = None
    job.lease_until = None
    job.stage = "done"
    job.finished_at = now
    job.engine = engine
    job.save(
        update_fields=[
            "state",
            "captured_cp",
            "attempt_id",
            "lease_until",
            "stage",
            "finished_at",
            "engine",
        ]
    )
    return job


@transaction.atomic(durable=True)
def fail_job(*, job_id: UUID, attempt_id: UUID, code: str, message: str, now: datetime) -> None:
    """The attempt failed for good: nothing is charged. Raises AttemptLost when it is not ours."""
    job = _locked(job_id, attempt_id)
    end_uncharged(job, event=Event.FAIL, code=code, message=message, now=now)


@transaction.atomic(durable=True)
def lose_attempt(*, job_id: UUID, attempt_id: UUID, message: str, now: datetime) -> State:
    """The inference child died under the job: queue it again, or fail it after two attempts.

    Returns the state it is in now. Raises AttemptLost when the attempt is not the job's any more.
    """
    return requeue_or_fail(_locked(job_id, attempt_id), message=message, now=now)


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
    job.save(update_fields=["state", "attempt_id", "lease_until", "stage", "step", "step_of"])
    queue.join(wallet_id=job.wallet_id, lane=job.lane, now=now)
    return State.QUEUED
