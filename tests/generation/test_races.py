"""Many at once: hold first, quota second, and one winner."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from accounts.services.api_keys import create_api_key
from billing.models import Catalogue, Plan
from billing.selectors.wallets import overview
from billing.services.adjustments import grant_adjustment
from generation.errors import AttemptLost, JobFinished
from generation.models import Artifact, Job
from generation.services import attempts, sweeps
from generation.services.jobs import cancel_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver, ledger_breaches
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def test_eight_parallel_submits_start_exactly_one(rich_anna: User, submit: Submit) -> None:
    """A quota checked before the wallet's lock lets all eight through."""
    results = at_once([partial(submit, rich_anna) for _ in range(8)])
    assert outcomes(results) == {"Job": 1, "QuotaExceeded": 7}
    wallet = overview(user=rich_anna, now=NOON)
    assert (wallet.available_cp, wallet.held_cp) == (6580, 20)
    assert Job.objects.count() == 1


def test_twenty_retries_of_one_submit_are_one_job(rich_anna: User, submit: Submit) -> None:
    results = at_once([partial(submit, rich_anna, key="k") for _ in range(20)])
    assert outcomes(results) == {"Job": 20}
    assert Job.objects.count() == 1
    assert overview(user=rich_anna, now=NOON).held_cp == 20


@pytest.mark.parametrize("attempt", range(10))
def test_cancel_against_delivery_has_one_winner(
    rich_anna: User, submit: Submit, attempt: int
) -> None:
    submit(rich_anna)
    job = claimed()
    canceled, delivered = at_once(
        [
            partial(cancel_job, user=rich_anna, job_id=job.id, now=NOON),
            partial(deliver, job),
        ]
    )
    job.refresh_from_db()
    if job.state == "succeeded":
        assert isinstance(canceled, JobFinished)
        assert (job.captured_cp, Artifact.objects.count()) == (20, 1)
        assert overview(user=rich_anna, now=NOON).available_cp == 6580
    else:
        assert isinstance(delivered, AttemptLost)
        assert (job.captured_cp, Artifact.objects.count()) == (0, 0)
        assert overview(user=rich_anna, now=NOON).available_cp == 6600
    assert overview(user=rich_anna, now=NOON).held_cp == 0
    assert ledger_breaches() == []


def test_eight_workers_claim_one_job_once(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    claim = partial(attempts.claim_jobs, worker="w", now=NOON)
    assert sorted(map(len, at_once([claim for _ in range(8)]))) == [0] * 7 + [1]


def test_sweeper_against_late_worker_has_one_winner(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    job = claimed()
    late = NOON + timedelta(seconds=60)
    swept, delivered = at_once(
        [partial(sweeps.sweep_leases, now=late), partial(deliver, job, late)]
    )
    job.refresh_from_db()
    if swept == 1:
        assert isinstance(delivered, AttemptLost)
        assert job.state == "queued"
    else:
        assert job.state == "succeeded"
    assert ledger_breaches() == []


@pytest.fixture
def wide_plan(catalogue: None) -> None:
    """A free plan with more slots than any cap lets anybody use."""
    wide = Catalogue.objects.create(version=99, starts_at=NOON - timedelta(days=1))
    free = Plan.objects.filter(level=0).first()
    assert free is not None
    free.pk, free.catalogue, free.slots = None, wide, 500
    free.save()
    Catalogue.objects.filter(version=99).update(published_at=NOON - timedelta(days=1))


def test_two_hundred_submits_at_a_cap_of_a_hundred_points_start_ten(
    rich_anna: User, wide_plan: None, submit: Submit
) -> None:
    """Ten points each, all through the one use case that anything can submit by."""
    grant_adjustment(
        user=rich_anna, amount_cp=5000_00, days=9, reason="test", note="", staff=rich_anna,
        key="k", now=NOON,
    )  # fmt: skip
    key = create_api_key(user=rich_anna, name="capped", daily_cap_cp=100_00, now=NOON).key
    results = at_once([partial(submit, rich_anna, "video", api_key=key) for _ in range(200)])
    assert outcomes(results) == {"Job": 10, "CapExceeded": 190}
    assert Job.objects.count() == 10
    assert overview(user=rich_anna, now=NOON).held_cp == 100_00
    assert ledger_breaches() == []
