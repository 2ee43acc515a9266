"""What a user lets themselves spend: a hard cap like every other."""

from datetime import timedelta

import pytest

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.services.adjustments import grant_adjustment
from generation.errors import CapExceeded
from generation.services.jobs import cancel_job
from generation.services.own_caps import own_caps, set_own_caps
from tests.jobs_by_hand import NOON, Submit, claimed, deliver


def spend(user: User, submit: Submit) -> None:
    submit(user)
    deliver(claimed())


def test_the_day_is_full_and_frees_at_its_end(rich_anna: User, submit: Submit) -> None:
    spend(rich_anna, submit)  # before any limit was set: it counts
    set_own_caps(user=rich_anna, daily_cap_cp=40, monthly_cap_cp=None, now=NOON)
    spend(rich_anna, submit)
    with pytest.raises(CapExceeded) as refused:
        submit(rich_anna)
    assert refused.value.facts == {
        "cap": "own_day",
        "limit_points": "0.40",
        "spent_points": "0.40",
        "frees_at": "2026-11-23T16:00:00Z",
    }
    seen = own_caps(user=rich_anna, now=NOON)
    assert (seen.day.spent_cp, seen.day.cap_cp, seen.month.spent_cp) == (40, 40, 40)
    tomorrow = NOON + timedelta(days=1)
    assert own_caps(user=rich_anna, now=tomorrow).day.spent_cp == 0


def test_the_month_counts_on(rich_anna: User, submit: Submit) -> None:
    grant_adjustment(
        user=rich_anna, amount_cp=1000, days=90, reason="test", note="", staff=rich_anna,
        key="k", now=NOON,
    )  # fmt: skip
    set_own_caps(user=rich_anna, daily_cap_cp=None, monthly_cap_cp=30, now=NOON)
    spend(rich_anna, submit)
    with pytest.raises(CapExceeded) as refused:
        submit(rich_anna, now=NOON + timedelta(days=2))
    assert refused.value.facts["cap"] == "own_month"
    submit(rich_anna, now=NOON + timedelta(days=10))


def test_what_is_not_charged_does_not_count(rich_anna: User, submit: Submit) -> None:
    set_own_caps(user=rich_anna, daily_cap_cp=20, monthly_cap_cp=20, now=NOON)
    for _ in range(3):
        cancel_job(user=rich_anna, job_id=submit(rich_anna).id, now=NOON)
    assert own_caps(user=rich_anna, now=NOON).month.spent_cp == 0


def test_zero_stops_all_spending_and_none_opens_it_again(rich_anna: User, submit: Submit) -> None:
    set_own_caps(user=rich_anna, daily_cap_cp=0, monthly_cap_cp=None, now=NOON)
    with pytest.raises(CapExceeded):
        submit(rich_anna)
    set_own_caps(user=rich_anna, daily_cap_cp=None, monthly_cap_cp=None, now=NOON)
    submit(rich_anna)


@pytest.mark.parametrize("cap_cp", [-1, 10**15])
def test_a_limit_that_is_none(rich_anna: User, cap_cp: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        set_own_caps(user=rich_anna, daily_cap_cp=None, monthly_cap_cp=cap_cp, now=NOON)
    assert "month_points" in refused.value.fields
