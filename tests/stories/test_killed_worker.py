"""kill -9 in the middle of a job: it ends, and the points are right."""

import os
import signal
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.db import connection

from accounts.models import User
from generation.models import Artifact, Attempt, Job
from tests.conftest import Person
from tests.faults.faults import child_of
from tests.jobs_by_hand import ledger_breaches
from tests.live_stack import LiveStack, until
from tests.stories.test_sixty_six_points import ended

pytestmark = pytest.mark.engine


def running_job(client: object, live: LiveStack) -> str:
    """A clip that a worker is rendering right now."""
    body = {"kind": "video", "params": {"prompt": "waves"}}
    job_id: str = client.post("/jobs", json=body).json()["id"]  # type: ignore[attr-defined]
    until(lambda: Job.objects.filter(id=job_id, stage="denoise").exists(), "the first step")
    return job_id


def test_the_worker_is_killed(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> None:
    with live.client(key_of(person("anna"))) as client:
        client.post("/wallet/claim")
        job_id = running_job(client, live)
        live.kill("gpu")
        assert client.get("/wallet").json()["held_points"] == "10.00"
        live.start_gpu_worker()
        job = ended(client, job_id)
        assert (job["status"], job["charged_points"]) == ("succeeded", "10.00")
        assert list(Attempt.objects.values_list("outcome", flat=True)) == ["lost", "succeeded"]
        assert Artifact.objects.count() == 1
        wallet = client.get("/wallet").json()
        assert (wallet["available_points"], wallet["held_points"]) == ("56.00", "0.00")
    assert ledger_breaches() == []


def test_the_inference_child_is_killed_twice(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> None:
    with live.client(key_of(person("anna"))) as client:
        client.post("/wallet/claim")
        job_id = running_job(client, live)
        first = child_of(live.pid("gpu"))
        os.kill(first, signal.SIGKILL)
        # At once: loading takes the next child seconds, a clip of the small checkpoint one.
        until(lambda: Job.objects.filter(id=job_id, attempts=2).exists(), "the second attempt")
        os.kill(until(lambda: child_of(live.pid("gpu")), "the next child"), signal.SIGKILL)
        job = ended(client, job_id)
        assert job["status"] == "failed"
        assert job["failure"]["code"] == "INTERNAL.WORKER_LOST"
        assert job["failure"]["charged"] is False
        assert job["charged_points"] == "0.00"
        assert client.get("/wallet").json()["available_points"] == "66.00"
        body = {"kind": "image", "params": {"prompt": "a fox"}}
        assert ended(client, client.post("/jobs", json=body).json()["id"])["status"] == "succeeded"
    assert ledger_breaches() == []


def test_a_database_that_drops_everyone_costs_no_attempt(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> None:
    """What was rendered is delivered when the database is back, not thrown away."""
    with live.client(key_of(person("anna"))) as client:
        client.post("/wallet/claim")
        job_id = running_job(client, live)
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        job = until(lambda: ended_or_none(client, job_id), "the end of the job")
        assert (job["status"], job["charged_points"]) == ("succeeded", "10.00")
        assert list(Attempt.objects.values_list("outcome", flat=True)) == ["succeeded"]
    assert ledger_breaches() == []


def ended_or_none(client: httpx.Client, job_id: str) -> dict[str, Any] | None:
    """The job once it has ended; None while it has not, or while the answer is a 503."""
    answer = client.get(f"/jobs/{job_id}")
    if answer.status_code != 200 or answer.json()["status"] in {"queued", "running"}:
        return None
    job: dict[str, Any] = answer.json()
    return job
