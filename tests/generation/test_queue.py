"""Who is served next: lanes, turns, drain."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from billing.services.adjustments import grant_adjustment
from generation.models import DrainedWorker, Job, QueueTurn
from generation.selectors.places import Place, place_in_line
from generation.services import attempts, sweeps
from generation.services.jobs import cancel_job
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

Queue = Callable[..., list[Job]]


@pytest.fixture
def queue(submit: Submit, person: Person) -> Queue:
    """Queues jobs of someone, past any plan's slots: the queue is the matter here."""

    def make(user: User, times: int, *, lane: str = "standard", second: int = 0) -> list[Job]:
        grant_adjustment(
            user=user, amount_cp=100_00, days=1, reason="test", note="", staff=user,
            key=f"{user.pk}{second}{lane}", now=NOON,
        )  # fmt: skip
        jobs = []
        for index in range(times):
            job = submit(user, now=NOON + timedelta(seconds=second + index))
            # Set aside, so that the one slot of the free plan is free for the next.
            Job.objects.filter(id=job.id).update(state="canceled", captured_cp=0)
            jobs.append(job)
        Job.objects.filter(id__in=[job.id for job in jobs]).update(
            state="queued", captured_cp=None, lane=lane
        )
        QueueTurn.objects.filter(wallet_id=jobs[0].wallet_id).update(lane=lane)
        return jobs

    return make


def test_fifty_queued_delay_another_by_at_most_one(anna: User, bert: User, queue: Queue) -> None:
    many = queue(anna, 50)
    [one] = queue(bert, 1, second=100)
    later = NOON + timedelta(seconds=120)
    assert [claimed(later).id for _ in range(2)] == [many[0].id, one.id]
    assert claimed(later).id == many[1].id


def test_wallets_take_turns(anna: User, bert: User, queue: Queue) -> None:
    of_anna, of_bert = queue(anna, 3), queue(bert, 3, second=10)
    served = [claimed(NOON + timedelta(seconds=60 + turn)).id for turn in range(6)]
    expected = [job.id for pair in zip(of_anna, of_bert, strict=True) for job in pair]
    assert served == expected


def test_a_faster_lane_goes_first(anna: User, bert: User, queue: Queue) -> None:
    [slow] = queue(anna, 1, lane="relaxed")
    [fast] = queue(bert, 1, lane="fastest", second=30)
    assert [claimed().id, claimed().id] == [fast.id, slow.id]


def test_a_slower_lane_does_not_starve(anna: User, bert: User, queue: Queue) -> None:
    [slow] = queue(anna, 1, lane="relaxed")
    queue(bert, 1, lane="fastest", second=90)
    Job.objects.filter(id=slow.id).update(created_at=NOON - timedelta(minutes=11))
    assert claimed().id == slow.id


def test_a_turn_ends_with_the_last_job(anna: User, queue: Queue) -> None:
    queue(anna, 2)
    claimed()
    assert QueueTurn.objects.count() == 1
    claimed()
    assert QueueTurn.objects.count() == 0


def test_a_canceled_job_leaves_nothing_to_claim(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    cancel_job(user=rich_anna, job_id=job.id, now=NOON)
    assert attempts.claim_jobs(worker="test", now=NOON) == []


def test_a_lost_attempt_gets_its_turn_back(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    lost = claimed()
    assert attempts.claim_jobs(worker="test", now=NOON) == []
    sweeps.sweep_leases(now=NOON + timedelta(seconds=60))
    assert claimed(NOON + timedelta(seconds=60)).id == lost.id


def test_a_lost_turn_is_restored(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    QueueTurn.objects.all().delete()
    assert attempts.claim_jobs(worker="test", now=NOON) == []
    assert sweeps.restore_turns(now=NOON) == 1
    assert sweeps.restore_turns(now=NOON) == 0
    assert claimed().id == job.id


def test_a_drained_worker_takes_nothing_more(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    drained = DrainedWorker.objects.create(name="test", since=NOON)
    assert attempts.claim_jobs(worker="test", now=NOON) == []
    drained.delete()
    deliver(claimed())


def first_place(job: Job) -> int:
    job.refresh_from_db()
    place = place_in_line(job)
    assert place is not None
    assert place.first <= place.last
    return place.first


def test_a_newcomer_is_told_how_turns_are_taken(anna: User, bert: User, queue: Queue) -> None:
    many = queue(anna, 8)
    [one] = queue(bert, 1, second=100)
    assert first_place(one) == 2
    assert [first_place(job) for job in many] == [1, 3, 4, 5, 6, 7, 8, 9]
    assert claimed(NOON + timedelta(seconds=120)).id == many[0].id
    assert first_place(one) == 1
    many[0].refresh_from_db()
    assert place_in_line(many[0]) is None


def test_the_place_in_line_comes_true(person: Person, queue: Queue) -> None:
    """Within a lane exactly, whoever has how many jobs."""
    jobs = []
    for number, count in enumerate([3, 1, 5, 2]):
        jobs += queue(person(f"p{number}"), count, second=number * 20)
    foretold = sorted(jobs, key=first_place)
    assert [first_place(job) for job in foretold] == list(range(1, 12))
    served = [claimed(NOON + timedelta(seconds=120 + turn)).id for turn in range(11)]
    assert served == [job.id for job in foretold]


def test_the_range_counts_other_lanes_that_may_go_first(
    anna: User, bert: User, queue: Queue
) -> None:
    slow, fast = queue(anna, 2, lane="relaxed"), queue(bert, 3, lane="fastest", second=60)
    assert [place_in_line(job) for job in reload(slow)] == [Place(1, 4), Place(2, 5)]
    # Nothing of the relaxed lane is as old as it would have to be.
    assert [place_in_line(job) for job in reload(fast)] == [Place(1, 1), Place(2, 2), Place(3, 3)]
    Job.objects.filter(id=slow[0].id).update(created_at=NOON - timedelta(minutes=20))
    assert place_in_line(reload(fast)[0]) == Place(1, 3)


def reload(jobs: list[Job]) -> list[Job]:
    for job in jobs:
        job.refresh_from_db()
    return jobs
