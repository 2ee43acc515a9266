"""Submitting: price, hold, quota and row are one."""

import uuid
from datetime import timedelta
from typing import cast

import pytest

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.errors import (
    IdempotencyConflict,
    InsufficientPoints,
    QuoteExpired,
    QuoteMismatch,
    QuoteUsed,
)
from billing.selectors.wallets import overview
from generation.errors import QuotaExceeded
from generation.models import Job
from generation.services.quotes import quote_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

FOX = {"prompt": "a fox"}


def points(user: User) -> tuple[int, int]:
    wallet = overview(user=user, now=NOON)
    return wallet.available_cp, wallet.held_cp


def test_a_submit_holds_the_price(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    assert points(rich_anna) == (6580, 20)
    assert (job.state, job.cost_cp, job.captured_cp) == ("queued", 20, None)
    assert (job.price_list_version, job.price_line) == (2, "image")
    assert job.brand_mark
    assert job.lane == "standard"
    assert job.deadline_at == NOON + timedelta(minutes=5)


def test_a_refused_submit_writes_nothing(anna: User, submit: Submit) -> None:
    with pytest.raises(InsufficientPoints) as refused:
        submit(anna, key="k")
    assert Job.objects.count() == 0
    assert refused.value.facts["missing_points"] == "0.20"
    assert refused.value.facts["ways"] == [
        {"way": "claim", "points": "66.00", "text": "Claim today's 66.00 points, free."},
        {
            "way": "topup",
            "points": "100.00",
            "amount": "10",
            "text": "Top up ¥10 for 100.00 points.",
        },
    ]


def test_a_clip_that_is_too_dear_is_answered_with_a_picture(
    rich_anna: User, submit: Submit
) -> None:
    for _ in range(6):
        submit(rich_anna, "video")
        deliver(claimed())
    with pytest.raises(InsufficientPoints) as refused:
        submit(rich_anna, "video")
    ways = cast(list[dict[str, str]], refused.value.facts["ways"])
    assert [way["way"] for way in ways] == ["image", "wait", "topup"]
    assert refused.value.facts["available_points"] == "6.00"
    assert refused.value.facts["missing_points"] == "4.00"


def test_a_full_plan_refuses_and_takes_no_points(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    with pytest.raises(QuotaExceeded) as refused:
        submit(rich_anna)
    assert refused.value.facts == {
        "quota": "parallel_jobs",
        "limit": 1,
        "in_use": 1,
        "frees_at": "2026-11-23T04:05:00Z",  # by its deadline at the latest
    }
    assert points(rich_anna) == (6580, 20)


def test_the_same_key_and_request_is_one_job(rich_anna: User, submit: Submit) -> None:
    assert submit(rich_anna, key="k").id == submit(rich_anna, key="k").id
    assert points(rich_anna) == (6580, 20)


@pytest.mark.parametrize(("kind", "params"), [("image", {"prompt": "an owl"}), ("video", FOX)])
def test_the_same_key_with_another_request_is_refused(
    rich_anna: User, submit: Submit, kind: str, params: dict[str, object]
) -> None:
    submit(rich_anna, key="k")
    with pytest.raises(IdempotencyConflict):
        submit(rich_anna, kind, key="k", params=params)
    assert points(rich_anna) == (6580, 20)


def test_two_people_may_use_the_same_key(rich_anna: User, bert: User, submit: Submit) -> None:
    from_anna = submit(rich_anna, key="k")
    with pytest.raises(InsufficientPoints):
        submit(bert, key="k")
    assert Job.objects.get() == from_anna


def test_a_refused_key_may_be_sent_again(anna: User, submit: Submit, rich_anna: User) -> None:
    first = submit(rich_anna, key="first")
    with pytest.raises(QuotaExceeded):
        submit(rich_anna, key="second")
    deliver(claimed())
    assert submit(rich_anna, key="second").id != first.id


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_keys_have_a_length(rich_anna: User, submit: Submit, key: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        submit(rich_anna, key=key)
    assert "Idempotency-Key" in refused.value.fields


def test_a_quoted_job_costs_the_quote_once(rich_anna: User, submit: Submit) -> None:
    quoted = quote_job(user=rich_anna, kind="image", params=FOX, now=NOON)
    assert (quoted.quote.cost_cp, quoted.preview.available_after_cp) == (20, 6580)
    assert points(rich_anna) == (6600, 0)
    submit(rich_anna, quote_id=quoted.quote.id)
    deliver(claimed())
    with pytest.raises(QuoteUsed):
        submit(rich_anna, quote_id=quoted.quote.id)


def test_a_quote_lives_fifteen_minutes(rich_anna: User, submit: Submit) -> None:
    quote = quote_job(user=rich_anna, kind="image", params=FOX, now=NOON).quote
    with pytest.raises(QuoteExpired):
        submit(rich_anna, quote_id=quote.id, now=NOON + timedelta(minutes=15))
    submit(rich_anna, quote_id=quote.id, now=NOON + timedelta(minutes=14, seconds=59))


def test_a_quote_is_for_one_request_of_one_wallet(
    rich_anna: User, bert: User, submit: Submit
) -> None:
    quote = quote_job(user=rich_anna, kind="image", params=FOX, now=NOON).quote
    for user, options in (
        (rich_anna, {"params": {"prompt": "an owl"}, "quote_id": quote.id}),
        (bert, {"quote_id": quote.id}),
        (rich_anna, {"quote_id": uuid.uuid4()}),
    ):
        with pytest.raises(QuoteMismatch):
            submit(user, **options)
    assert points(rich_anna) == (6600, 0)


def test_a_refused_submit_leaves_the_quote_unused(rich_anna: User, submit: Submit) -> None:
    quote = quote_job(user=rich_anna, kind="image", params=FOX, now=NOON).quote
    submit(rich_anna)
    with pytest.raises(QuotaExceeded):
        submit(rich_anna, quote_id=quote.id)
    deliver(claimed())
    submit(rich_anna, quote_id=quote.id)
