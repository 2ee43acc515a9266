"""Claiming several jobs for one call of the pipeline, and whose turn that uses."""

from collections.abc import Callable

import pytest

from accounts.models import User
from billing.services import daily_points
from generation.models import Attempt, Job, QueueTurn
from generation.services import attempts, sweeps
from generation.services.jobs import cancel_job
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, deliver

Crowd = Callable[[int], list[User]]


@pytest.fixture
def crowd(person: Person, catalogue: None) -> Crowd:
    """People with 66 points each."""

    def make(count: int) -> list[User]:
        people = [person(f"p{number}") for number in range(count)]
        for user in people:
            daily_points.claim(user=user, now=NOON)
        return people

    return make


def batch(pieces_max: int = 4) -> list[Job]:
    return attempts.claim_jobs(worker="test", now=NOON, pieces_max=pieces_max)


def test_waiting_pictures_are_claimed_together(crowd: Crowd, submit: Submit) -> None:
    jobs = [submit(user) for user in crowd(5)]
    together = batch()
    assert [job.id for job in together] == [job.id for job in jobs[:4]]
    assert len({job.attempt_id for job in together}) == 4
    assert set(Attempt.objects.values_list("batch_pieces", flat=True)) == {4}
    assert [job.id for job in batch()] == [jobs[4].id]
    assert QueueTurn.objects.count() == 0


def test_a_batch_has_room_for_so_many_pieces(crowd: Crowd, submit: Submit) -> None:
    one, two, three = crowd(3)
    first = submit(one, params={"prompt": "a", "n": 3})
    submit(two, params={"prompt": "b", "n": 2})
    small = submit(three)
    assert [job.id for job in batch()] == [first.id, small.id]


def test_a_job_larger_than_a_batch_is_alone(crowd: Crowd, submit: Submit) -> None:
    one, two = crowd(2)
    large = submit(one, params={"prompt": "a", "n": 9})
    submit(two)
    assert [job.id for job in batch()] == [large.id]


def test_a_video_runs_alone(crowd: Crowd, submit: Submit) -> None:
    one, two, three = crowd(3)
    video, pictures = submit(one, "video"), [submit(two), submit(three)]
    assert [job.id for job in batch()] == [video.id]
    assert [job.id for job in batch()] == [job.id for job in pictures]


def test_a_video_that_is_passed_keeps_its_turn(crowd: Crowd, submit: Submit) -> None:
    one, two, three = crowd(3)
    picture, video, beside = submit(one), submit(two, "video"), submit(three)
    assert [job.id for job in batch()] == [picture.id, beside.id]
    assert [job.id for job in batch()] == [video.id]


def test_one_ends_and_the_others_do_not_notice(crowd: Crowd, submit: Submit) -> None:
    people = crowd(3)
    for user in people:
        submit(user)
    canceled, failed, fine = batch()
    cancel_job(user=people[0], job_id=canceled.id, now=NOON)
    assert failed.attempt_id is not None
    attempts.fail_job(
        job_id=failed.id, attempt_id=failed.attempt_id, code="INTERNAL.OOM", message="", now=NOON
    )
    lost = attempts.heartbeat(
        attempt_ids={job.attempt_id for job in (canceled, failed, fine) if job.attempt_id},
        stage="denoise", step=1, step_of=2, now=NOON,
    )  # fmt: skip
    assert lost == {canceled.attempt_id, failed.attempt_id}
    deliver(fine)
    assert sorted(Job.objects.values_list("state", flat=True)) == [
        "canceled",
        "failed",
        "succeeded",
    ]


def test_after_a_lost_worker_a_job_runs_alone(crowd: Crowd, submit: Submit) -> None:
    """So that one which kills its workers does not take its neighbours with it twice."""
    jobs = [submit(user) for user in crowd(3)]
    later = NOON.replace(minute=2)
    assert len(batch()) == 3
    assert sweeps.sweep_leases(now=later) == 3
    again = [attempts.claim_jobs(worker="test", now=later, pieces_max=4) for _ in range(4)]
    assert [len(claim) for claim in again] == [1, 1, 1, 0]
    assert {job.id for claim in again for job in claim} == {job.id for job in jobs}


def test_gpu_time_is_shared_by_pieces(crowd: Crowd, submit: Submit) -> None:
    one, two = crowd(2)
    submit(one, params={"prompt": "a", "n": 3})
    submit(two)
    large, small = batch()
    ended = NOON.replace(second=8)
    deliver(large, ended, pieces=range(3))
    deliver(small, ended)
    assert list(
        Attempt.objects.order_by("job__pieces").values_list("gpu_milliseconds", flat=True)
    ) == [
        2000,
        6000,
    ]
