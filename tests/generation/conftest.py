"""Steps of a job's life, taken by hand: what the worker does, without an engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from billing.services import daily_points
from generation import storage
from generation.models import Job
from generation.services import attempts
from generation.services.attempts import StoredArtifact
from generation.services.jobs import submit_job

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai


@pytest.fixture
def rich_anna(anna: User, catalogue: None) -> User:
    """Anna, who has claimed today's 66 points."""
    daily_points.claim(user=anna, now=NOON)
    return anna


def stored_picture() -> StoredArtifact:
    """A file in storage, as a worker leaves it before it delivers."""
    data = b"\x89PNG stands for a picture"
    return StoredArtifact(
        stored_name=storage.store(data, "image/png"),
        mime="image/png",
        width=512,
        height=512,
        seconds=0,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def deliver(job: Job, now: datetime = NOON) -> Job:
    """Finish a claimed job with one picture."""
    assert job.attempt_id is not None
    return attempts.finish_job(
        job_id=job.id, attempt_id=job.attempt_id, artifacts=[stored_picture()], engine={}, now=now
    )


def claimed(now: datetime = NOON) -> Job:
    """The next queued job, claimed."""
    job = attempts.claim_job(worker="test", now=now)
    assert job is not None
    return job


Submit = Callable[..., Job]


@pytest.fixture
def submit(catalogue: None) -> Submit:
    """Submits a job and returns it."""

    def make(user: User, kind: str = "image", *, now: datetime = NOON, **options: object) -> Job:
        submitted = submit_job(
            user=user,
            kind=kind,
            params=options.pop("params", {"prompt": "a fox"}),
            idempotency_key=options.pop("key", None),  # type: ignore[arg-type]
            now=now,
            **options,  # type: ignore[arg-type]
        )
        return submitted.job

    return make
