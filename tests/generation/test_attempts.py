"""Claim, progress, delivery and failure: every write belongs to one attempt."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotFound
from accounts.models import User
from billing.selectors.wallets import overview
from billing.services import daily_points
from generation.errors import AttemptLost, JobFinished
from generation.models import Artifact, Attempt, Job
from generation.services import attempts, sweeps
from generation.services.artifacts import discard_files, sweep_orphans
from generation.services.jobs import cancel_job
from generation.storage import open_stored
from tests.jobs_by_hand import NOON, Submit, beat, claimed, deliver, stored_picture

LATER = NOON + timedelta(seconds=60)


def points(user: User) -> tuple[int, int]:
    wallet = overview(user=user, now=NOON)
    return wallet.available_cp, wallet.held_cp


def mine(job: Job) -> dict[str, uuid.UUID]:
    assert job.attempt_id is not None
    return {"job_id": job.id, "attempt_id": job.attempt_id}


def test_a_delivery_captures(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    job = deliver(claimed())
    assert (job.state, job.captured_cp) == ("succeeded", 20)
    assert points(rich_anna) == (6580, 0)
    artifact = Artifact.objects.get()
    assert artifact.brand_mark
    assert open_stored(artifact.stored_name).read().startswith(b"\x89PNG")


def test_a_failure_releases(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    job = claimed()
    attempts.fail_job(**mine(job), code="INTERNAL.OOM", message="out of memory", now=NOON)
    job.refresh_from_db()
    assert (job.state, job.captured_cp, job.failure_code) == ("failed", 0, "INTERNAL.OOM")
    assert points(rich_anna) == (6600, 0)


def test_nothing_waits_nothing_is_claimed(db: None) -> None:
    assert attempts.claim_jobs(worker="test", now=NOON) == []


def test_a_job_is_claimed_once(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    claimed()
    assert attempts.claim_jobs(worker="other", now=NOON) == []


def test_the_oldest_is_first(rich_anna: User, bert: User, submit: Submit) -> None:
    first = submit(rich_anna)
    assert claimed().id == first.id


def test_progress_renews_the_lease(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    job = claimed()
    beat(job, "denoise", 3, 8, LATER)
    job.refresh_from_db()
    assert (job.stage, job.step, job.step_of) == ("denoise", 3, 8)
    assert job.lease_until is not None
    assert job.lease_until > LATER


def test_a_cancel_takes_the_job_from_its_worker(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    job = claimed()
    cancel_job(user=rich_anna, job_id=job.id, now=NOON)
    assert points(rich_anna) == (6600, 0)
    with pytest.raises(AttemptLost):
        beat(job, "denoise", 1, 8, NOON)
    with pytest.raises(AttemptLost):
        deliver(job)
    with pytest.raises(AttemptLost):
        attempts.fail_job(**mine(job), code="INTERNAL.OOM", message="", now=NOON)
    assert Artifact.objects.count() == 0
    assert points(rich_anna) == (6600, 0)


def test_canceling_again_changes_nothing_and_an_end_is_an_end(
    rich_anna: User, submit: Submit
) -> None:
    job = submit(rich_anna)
    assert cancel_job(user=rich_anna, job_id=job.id, now=NOON).state == "canceled"
    assert cancel_job(user=rich_anna, job_id=job.id, now=LATER).state == "canceled"
    done = submit(rich_anna)
    deliver(claimed())
    with pytest.raises(JobFinished):
        cancel_job(user=rich_anna, job_id=done.id, now=NOON)
    assert points(rich_anna) == (6580, 0)


def test_nobody_cancels_anothers_job(rich_anna: User, bert: User, submit: Submit) -> None:
    job = submit(rich_anna)
    for user, job_id in ((bert, job.id), (rich_anna, uuid.uuid4())):
        with pytest.raises(NotFound):
            cancel_job(user=user, job_id=job_id, now=NOON)


def test_a_silent_worker_loses_its_job_to_another(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    lost = claimed()
    assert sweeps.sweep_leases(now=NOON) == 0
    assert sweeps.sweep_leases(now=LATER) == 1
    second = claimed(LATER)
    assert second.id == lost.id
    assert second.attempt_id != lost.attempt_id
    with pytest.raises(AttemptLost):
        deliver(lost, LATER)
    deliver(second, LATER)
    assert points(rich_anna) == (6580, 0)
    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "lost"), (2, "succeeded")]


def test_a_job_that_kills_its_workers_ends_after_two(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    for _ in range(2):
        taken = claimed()
        attempts.lose_attempt(**mine(taken), message="killed by signal 9", now=NOON)
    job.refresh_from_db()
    assert (job.state, job.failure_code) == ("failed", "INTERNAL.WORKER_LOST")
    assert points(rich_anna) == (6600, 0)


def test_a_renewed_lease_is_not_swept(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    job = claimed()
    beat(job, "denoise", 1, 8, LATER)
    assert sweeps.sweep_leases(now=LATER) == 0


@pytest.mark.parametrize(("running", "code"), [(False, "TIMEOUT.QUEUE"), (True, "TIMEOUT.RUN")])
def test_past_its_deadline_a_job_fails_uncharged(
    rich_anna: User, submit: Submit, running: bool, code: str
) -> None:
    job = submit(rich_anna)
    if running:
        claimed()
    assert sweeps.sweep_deadlines(now=job.deadline_at - timedelta(seconds=1)) == 0
    assert sweeps.sweep_deadlines(now=job.deadline_at) == 1
    job.refresh_from_db()
    assert (job.state, job.failure_code, job.captured_cp) == ("failed", code, 0)
    assert points(rich_anna) == (6600, 0)


def test_a_late_delivery_is_not_charged_even_before_the_sweeper(
    rich_anna: User, submit: Submit
) -> None:
    submit(rich_anna)
    job = claimed()
    with pytest.raises(AttemptLost):
        deliver(job, job.deadline_at)
    assert Artifact.objects.count() == 0


def test_an_overdue_job_is_not_claimed(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    assert attempts.claim_jobs(worker="test", now=job.deadline_at) == []


def test_a_release_after_the_points_day_gives_the_points_back(
    rich_anna: User, submit: Submit
) -> None:
    """The daily lot ends at 16:00 UTC; a job held before and failed after costs nothing."""
    job = submit(rich_anna, now=NOON + timedelta(hours=11, minutes=59))
    assert sweeps.sweep_deadlines(now=job.deadline_at) == 1
    wallet = overview(user=rich_anna, now=job.deadline_at)
    assert wallet.available_cp == 20
    (lot,) = wallet.lots
    assert (lot.source, lot.expires_at) == ("courtesy", job.deadline_at + timedelta(days=1))


def test_a_cancel_after_the_points_day_makes_no_point_live_longer(
    rich_anna: User, submit: Submit
) -> None:
    just_before = NOON + timedelta(hours=11, minutes=59)
    job = submit(rich_anna, now=just_before)
    cancelled_at = just_before + timedelta(minutes=2)
    cancel_job(user=rich_anna, job_id=job.id, now=cancelled_at)
    (lot,) = overview(user=rich_anna, now=cancelled_at).lots
    assert (lot.source, lot.remaining_cp) == ("courtesy", 20)
    assert lot.expires_at == cancelled_at + timedelta(minutes=1)


def test_the_database_itself_refuses_a_charged_failure(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    with pytest.raises(IntegrityError, match="job_failure_not_charged"), transaction.atomic():
        Job.objects.filter(id=job.id).update(state="failed", captured_cp=20)


def test_files_of_a_delivery_are_kept_others_go(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed())
    delivered = Artifact.objects.get().stored_name
    orphan = stored_picture().stored_name
    discard_files([delivered, orphan])
    open_stored(delivered).close()
    with pytest.raises(FileNotFoundError):
        open_stored(orphan)


def test_one_job_that_cannot_be_repaired_keeps_no_other_waiting(
    rich_anna: User, bert: User, submit: Submit
) -> None:
    broken = submit(rich_anna)
    Job.objects.filter(id=broken.id).update(hold_id=0)  # the ledger knows no such hold
    daily_points.claim(user=bert, now=NOON)
    other = submit(bert)
    assert sweeps.sweep_deadlines(now=other.deadline_at) == 1
    other.refresh_from_db()
    assert other.state == "failed"


def test_files_that_no_artifact_names_go_after_a_day(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed())
    orphan = stored_picture().stored_name
    now = timezone.now()
    sweep_orphans(now=now)
    open_stored(orphan).close()
    assert sweep_orphans(now=now + timedelta(days=1, minutes=1)) >= 1
    with pytest.raises(FileNotFoundError):
        open_stored(orphan)
    open_stored(Artifact.objects.get().stored_name).close()
