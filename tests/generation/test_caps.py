"""Caps are hard: counted under the wallet's lock, taken back when nothing is charged."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.errors import InvalidRequest
from accounts.models import ApiKey, User
from accounts.services.api_keys import create_api_key
from billing.ledger import services as ledger
from billing.selectors.wallets import overview
from billing.services.adjustments import grant_adjustment
from billing.services.wallets import wallet_for
from generation.errors import CapExceeded, GenerationPaused, QuotaExceeded
from generation.models import Brake, Job, Spending
from generation.services import caps
from generation.services.caps import Cap
from generation.services.jobs import cancel_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.races import at_once

TOMORROW = NOON + timedelta(days=1)
KeyOf = Callable[..., ApiKey]


@pytest.fixture
def capped(rich_anna: User) -> KeyOf:
    """A key of Anna's with a cap."""

    def make(**caps: Any) -> ApiKey:
        return create_api_key(user=rich_anna, name="capped", now=NOON, **caps).key

    return make


def test_a_daily_cap_of_a_key(rich_anna: User, submit: Submit, capped: KeyOf) -> None:
    key = capped(daily_cap_cp=40)
    for _ in range(2):
        submit(rich_anna, api_key=key)
        deliver(claimed())
    with pytest.raises(CapExceeded) as refused:
        submit(rich_anna, api_key=key)
    assert refused.value.facts == {
        "cap": "key_day",
        "limit_points": "0.40",
        "spent_points": "0.40",
        "frees_at": "2026-11-23T16:00:00Z",
    }
    submit(rich_anna)  # another way to the same wallet has a cap of its own
    deliver(claimed())


def test_a_cap_frees_with_the_day_and_the_month(
    rich_anna: User, submit: Submit, capped: KeyOf
) -> None:
    key = capped(daily_cap_cp=20, monthly_cap_cp=40)
    grant_adjustment(
        user=rich_anna, amount_cp=1000, days=90, reason="test", note="", staff=rich_anna,
        key="k", now=NOON,
    )  # fmt: skip
    for day in range(2):
        now = NOON + timedelta(days=day)
        submit(rich_anna, api_key=key, now=now)
        deliver(claimed(now), now)
        with pytest.raises(CapExceeded):
            submit(rich_anna, api_key=key, now=now)
    with pytest.raises(CapExceeded) as refused:
        submit(rich_anna, api_key=key, now=NOON + timedelta(days=2))
    assert refused.value.facts["cap"] == "key_month"
    submit(rich_anna, api_key=key, now=NOON + timedelta(days=10))


def test_what_is_not_charged_does_not_count(rich_anna: User, submit: Submit, capped: KeyOf) -> None:
    key = capped(daily_cap_cp=20)
    for _ in range(3):
        job = submit(rich_anna, api_key=key)
        cancel_job(user=rich_anna, job_id=job.id, now=NOON)
    assert set(Spending.objects.values_list("spent_cp", flat=True)) == {0}


def test_a_refused_job_counts_nowhere(rich_anna: User, submit: Submit, capped: KeyOf) -> None:
    with pytest.raises(CapExceeded):
        submit(rich_anna, api_key=capped(daily_cap_cp=10))
    assert Spending.objects.count() == 0
    assert Job.objects.count() == 0


@pytest.mark.parametrize("caps", [{"daily_cap_cp": 0}, {"monthly_cap_cp": -1}])
def test_a_cap_is_more_than_zero(capped: KeyOf, caps: dict[str, int]) -> None:
    with pytest.raises(InvalidRequest):
        capped(**caps)


def test_a_plan_has_a_ceiling_of_jobs_a_day(rich_anna: User, submit: Submit) -> None:
    grant_adjustment(
        user=rich_anna, amount_cp=100_00, days=9, reason="test", note="", staff=rich_anna,
        key="k", now=NOON,
    )  # fmt: skip
    first = submit(rich_anna)
    deliver(claimed())
    copies = []
    for index in range(399):
        copy = Job.objects.get(id=first.id)
        copy.id, copy.idempotency_key = None, f"copy {index}"
        copies.append(copy)
    Job.objects.bulk_create(copies)
    with pytest.raises(QuotaExceeded) as refused:
        submit(rich_anna)
    assert refused.value.facts["quota"] == "jobs_per_day"
    assert refused.value.facts["frees_at"] == "2026-11-23T16:00:00Z"
    submit(rich_anna, now=TOMORROW)


def test_the_brake_refuses_new_jobs_and_leaves_the_others(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    Brake.objects.create(name="operator", reason="GPU maintenance", since=NOON)
    with pytest.raises(GenerationPaused):
        submit(rich_anna)
    deliver(claimed())
    Brake.objects.update(until=NOON)
    submit(rich_anna)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_holds_at_a_cap_of_a_hundred_points_start_ten(rich_anna: User) -> None:
    """No plan has a hundred slots, so the transaction that holds and counts is called bare."""
    grant_adjustment(
        user=rich_anna, amount_cp=5000_00, days=9, reason="test", note="", staff=rich_anna,
        key="k", now=NOON,
    )  # fmt: skip
    wallet_id = wallet_for(user=rich_anna, now=NOON)

    def start(number: int) -> int:
        with transaction.atomic(durable=True):
            name = f"job:{number}"
            held = ledger.hold(
                wallet_id=wallet_id, amount_cp=1000, key=name, reference=name, now=NOON
            )
            cap = Cap("key:1", "day", 100_00, "key_day")
            caps.count(wallet_id=wallet_id, caps=[cap], amount_cp=1000, now=NOON)
            return held.hold_id

    results = at_once([partial(start, number) for number in range(100)])
    assert sum(isinstance(result, int) for result in results) == 10
    assert sum(isinstance(result, CapExceeded) for result in results) == 90
    assert overview(user=rich_anna, now=NOON).held_cp == 100_00
