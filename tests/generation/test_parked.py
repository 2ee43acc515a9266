"""A wallet that is being looked into: nothing is captured, nothing is lost."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from billing.errors import WalletPaused
from billing.ledger import corrections
from billing.selectors.wallets import overview
from billing.services.daily_points import claim
from generation.errors import AttemptLost
from generation.models import Artifact, Job
from generation.services import deliveries, sweeps
from generation.services.jobs import cancel_job
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver, stored_picture

LATER = NOON + timedelta(minutes=2)


def pause(job: Job, *, paused: bool) -> None:
    with transaction.atomic():
        corrections.pause(wallet_ids=[job.wallet_id], paused=paused)


@pytest.fixture
def parked(rich_anna: User, submit: Submit, caplog: pytest.LogCaptureFixture) -> Job:
    """Anna's picture, made while her wallet is paused."""
    submit(rich_anna)
    job = claimed()
    pause(job, paused=True)
    with pytest.raises(WalletPaused):
        deliver(job)
    assert job.attempt_id is not None
    deliveries.park_delivery(
        job_id=job.id, attempt_id=job.attempt_id, artifacts=[stored_picture()], engine={}, now=NOON
    )
    assert "not captured" in caplog.text
    kept = Job.objects.get(id=job.id)
    assert kept.state == "running"
    return kept


def test_it_is_delivered_once_the_wallet_is_free(rich_anna: User, parked: Job) -> None:
    assert deliveries.deliver_parked(now=LATER) == 0
    assert sweeps.sweep_leases(now=LATER) == 0  # its worker need not answer for it any more
    pause(parked, paused=False)
    assert deliveries.deliver_parked(now=LATER) == 1
    assert deliveries.deliver_parked(now=LATER) == 0
    parked.refresh_from_db()
    assert (parked.state, parked.captured_cp, parked.delivery) == ("succeeded", 20, None)
    assert Artifact.objects.count() == 1


def test_one_that_cannot_be_delivered_keeps_no_other_back(
    person: Person, rich_anna: User, submit: Submit, parked: Job, caplog: pytest.LogCaptureFixture
) -> None:
    assert parked.delivery is not None
    parked.delivery["artifacts"][0]["width"] = "of another version"
    parked.save(update_fields=["delivery"])
    bert = person("bert")
    claim(user=bert, now=NOON)
    submit(bert)
    other = claimed()
    assert other.attempt_id is not None
    deliveries.park_delivery(
        job_id=other.id,
        attempt_id=other.attempt_id,
        artifacts=[stored_picture()],
        engine={},
        now=NOON,
    )
    pause(parked, paused=False)
    assert deliveries.deliver_parked(now=LATER) == 1
    assert "could not be delivered" in caplog.text
    other.refresh_from_db()
    parked.refresh_from_db()
    assert (other.state, parked.state) == ("succeeded", "running")
    assert sweeps.sweep_deadlines(now=parked.deadline_at) == 1


def test_at_its_deadline_the_points_come_back(rich_anna: User, parked: Job) -> None:
    assert sweeps.sweep_deadlines(now=parked.deadline_at) == 1
    parked.refresh_from_db()
    assert (parked.state, parked.captured_cp) == ("failed", 0)
    wallet = overview(user=rich_anna, now=parked.deadline_at)
    assert (wallet.available_cp, wallet.held_cp) == (6600, 0)
    pause(parked, paused=False)
    assert deliveries.deliver_parked(now=parked.deadline_at) == 0


def test_it_can_be_canceled(rich_anna: User, parked: Job) -> None:
    assert cancel_job(user=rich_anna, job_id=parked.id, now=LATER).captured_cp == 0
    pause(parked, paused=False)
    assert deliveries.deliver_parked(now=LATER) == 0


def test_the_worker_has_nothing_more_to_do(parked: Job) -> None:
    """What is kept is all that a delivery needs."""
    assert parked.delivery is not None
    [kept] = parked.delivery["artifacts"]
    assert asdict(deliveries.StoredArtifact(**kept)) == kept
    cancel_job(user=parked.user, job_id=parked.id, now=LATER)
    assert parked.attempt_id is not None
    with pytest.raises(AttemptLost):
        deliveries.park_delivery(
            job_id=parked.id, attempt_id=parked.attempt_id, artifacts=[], engine={}, now=LATER
        )
