"""What went wrong elsewhere must not go wrong here: a test each, by its number in docs/map.md.

Where a whole process or the engine is the matter, the map names its test.
"""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from billing.ledger.models import Transaction
from billing.selectors.wallets import overview
from generation.errors import AttemptLost, JobFinished
from generation.models import Artifact, Brake, Job
from generation.services import attempts, sweeps
from generation.services.jobs import cancel_job
from tests.api.conftest import Program
from tests.api.test_jobs import finish
from tests.jobs_by_hand import NOON, Submit, beat, claimed, deliver, ledger_breaches
from tests.races import at_once

FOX = {"kind": "image", "params": {"prompt": "a fox"}}
LATE = NOON + timedelta(minutes=5)


def kinds_of(job: Job) -> list[str]:
    """The ledger's story of a job."""
    lines = Transaction.objects.filter(reference=job.reference).order_by("version")
    return list(lines.values_list("kind", flat=True))


def available(user: User) -> int:
    return overview(user=user, now=NOON).available_cp


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_01_a_failure_is_given_back_once_whoever_notices_it(
    rich_anna: User, submit: Submit, attempt: int
) -> None:
    """Two sweepers, the worker's own report and its late success, all at one moment."""
    submit(rich_anna)
    job = claimed()
    assert job.attempt_id is not None
    fail = partial(
        attempts.fail_job,
        job_id=job.id, attempt_id=job.attempt_id, code="INTERNAL.OOM", message="", now=LATE,
    )  # fmt: skip
    sweep = partial(sweeps.sweep_deadlines, now=LATE)
    at_once([sweep, sweep, fail, partial(deliver, job, LATE)])
    job.refresh_from_db()
    assert (job.state, job.captured_cp) == ("failed", 0)
    assert kinds_of(job) == ["hold", "release"]
    assert available(rich_anna) == 6600
    assert ledger_breaches() == []


def test_02_a_success_after_the_timeout_is_neither_delivered_nor_charged(
    rich_anna: User, submit: Submit
) -> None:
    submit(rich_anna)
    job = claimed()
    assert sweeps.sweep_deadlines(now=LATE) == 1
    with pytest.raises(AttemptLost):
        deliver(job, LATE)
    assert kinds_of(job) == ["hold", "release"]
    assert Artifact.objects.count() == 0


def test_03_failed_asked_again_canceled_gives_back_the_new_points(
    rich_anna: User, submit: Submit
) -> None:
    submit(rich_anna)
    first = claimed()
    assert first.attempt_id is not None
    attempts.fail_job(
        job_id=first.id, attempt_id=first.attempt_id, code="INTERNAL.ENGINE", message="", now=NOON
    )
    second = submit(rich_anna)
    assert (second.id != first.id, available(rich_anna)) == (True, 6580)
    cancel_job(user=rich_anna, job_id=second.id, now=NOON)
    assert (kinds_of(first), kinds_of(second)) == (["hold", "release"], ["hold", "release"])
    assert available(rich_anna) == 6600


def test_04_a_cancel_that_comes_late_does_not_touch_the_next_job(
    rich_anna: User, submit: Submit
) -> None:
    submit(rich_anna)
    first = deliver(claimed())
    submit(rich_anna)
    second = claimed()
    with pytest.raises(JobFinished):
        cancel_job(user=rich_anna, job_id=first.id, now=NOON)
    beat(second, "denoise", 1, 10)
    assert deliver(second).captured_cp == 20


def test_05_a_worker_that_vanishes_leaves_nothing_running(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    for attempt in range(1, 3):
        claimed(NOON + timedelta(minutes=attempt))
        assert sweeps.sweep_leases(now=NOON + timedelta(minutes=attempt, seconds=40)) == 1
    job.refresh_from_db()
    assert (job.state, job.failure_code, job.attempts) == ("failed", "INTERNAL.WORKER_LOST", 2)
    assert available(rich_anna) == 6600


def test_07_more_than_the_plan_allows_is_told_when_to_come_again(anna_program: Program) -> None:
    anna_program.post("/jobs", FOX)
    answer = anna_program.post("/jobs", FOX)
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert answer.json()["frees_at"]


def test_08_the_same_key_is_one_job_and_another_request_is_refused(anna_program: Program) -> None:
    first = anna_program.post("/jobs", FOX, **{"Idempotency-Key": "k"}).json()
    again = anna_program.post("/jobs", FOX, **{"Idempotency-Key": "k"})
    assert again.json()["id"] == first["id"]
    other = {"kind": "video", "params": {"prompt": "a fox"}}
    assert anna_program.post("/jobs", other, **{"Idempotency-Key": "k"}).status_code == 409
    assert anna_program.get("/wallet").json()["held_points"] == "0.20"


def test_09_a_503_and_a_retry_cost_once(anna_program: Program) -> None:
    brake = Brake.objects.create(name="operator", reason="test", since=NOON)
    post = partial(anna_program.post, "/jobs", FOX, **{"Idempotency-Key": "k"})
    assert post().status_code == 503
    assert anna_program.get("/wallet").json()["held_points"] == "0.00"
    brake.delete()
    assert [post().status_code, post().status_code] == [202, 202]
    assert anna_program.get("/wallet").json()["held_points"] == "0.20"


def test_10_a_job_is_queued_until_a_worker_has_it(anna_program: Program) -> None:
    job_id = anna_program.post("/jobs", FOX).json()["id"]

    def shown() -> tuple[Any, Any]:
        job = anna_program.get(f"/jobs/{job_id}").json()
        return job["status"], job["started_at"] is None

    assert shown() == ("queued", True)
    claimed(Job.objects.get(id=job_id).created_at)
    assert shown() == ("running", False)


def test_12_anothers_file_is_nowhere_and_each_look_gives_a_fresh_link(
    anna_program: Program, bert: User, key_of: Any
) -> None:
    job_id = anna_program.post("/jobs", FOX).json()["id"]
    finish()
    urls = [anna_program.get(f"/jobs/{job_id}").json()["artifacts"][0]["url"] for _ in range(2)]
    assert all(url.startswith("http://testserver/artifacts/") for url in urls)
    assert Program(key_of(bert)).get(f"/jobs/{job_id}").status_code == 404


@pytest.fixture
def anna_program(anna: User, catalogue: None, key_of: Any) -> Program:
    """Anna's program, with today's points."""
    program = Program(key_of(anna))
    program.post("/wallet/claim")
    return program
