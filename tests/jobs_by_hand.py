"""Steps of a job's life, taken by hand: what the worker does, without an engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from billing.ledger import checks
from billing.ledger.types import Breach
from generation import storage
from generation.errors import AttemptLost
from generation.models import Job
from generation.services import attempts, deliveries
from generation.services.deliveries import StoredArtifact

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai
Submit = Callable[..., Job]


def stored_picture(piece: int = 0) -> StoredArtifact:
    """A file in storage, as a worker leaves it before it delivers."""
    data = b"\x89PNG stands for a picture"
    return StoredArtifact(
        piece=piece,
        stored_name=storage.store(data, "image/png"),
        mime="image/png",
        width=512,
        height=512,
        seconds=0,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def deliver(job: Job, now: datetime = NOON, pieces: Iterable[int] = (0,), missing: str = "") -> Job:
    """Finish a claimed job with these pieces, its one picture if not told otherwise."""
    assert job.attempt_id is not None
    return deliveries.finish_job(
        job_id=job.id,
        attempt_id=job.attempt_id,
        artifacts=[stored_picture(piece) for piece in pieces],
        engine={},
        missing_code=missing,
        now=now,
    )


def claimed(now: datetime = NOON) -> Job:
    """The next queued job, claimed."""
    [job] = attempts.claim_jobs(worker="test", now=now)
    return job


def beat(job: Job, stage: str, step: int, step_of: int, now: datetime = NOON) -> None:
    """A worker's heartbeat. Raises AttemptLost when the job is not its own any more."""
    assert job.attempt_id is not None
    if attempts.heartbeat(
        attempt_ids={job.attempt_id}, stage=stage, step=step, step_of=step_of, now=now
    ):
        raise AttemptLost(str(job.id))


def ledger_breaches() -> list[Breach]:
    """Every breach of the ledger's invariants, over all tests so far: its rows are never flushed.

    Tests live at times of their own, so none of them counts as the future here.
    """
    return checks.check(now=NOON + timedelta(days=36500))
