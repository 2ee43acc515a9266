"""Typical times come from what was delivered in the last day."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.models import User
from generation.selectors.typical import Typical, typical
from tests.jobs_by_hand import NOON, Submit, claimed, deliver


@pytest.fixture(autouse=True)
def _nothing_kept(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def deliver_after(user: User, submit: Submit, seconds: float) -> None:
    submit(user)
    deliver(claimed(NOON + timedelta(seconds=1)), NOON + timedelta(seconds=seconds))


def test_too_few_tell_nothing(rich_anna: User, submit: Submit) -> None:
    for _ in range(4):
        deliver_after(rich_anna, submit, 3)
    assert typical(kind="image", now=NOON) is None


def test_half_and_nine_in_ten(rich_anna: User, submit: Submit) -> None:
    for seconds in range(2, 13):
        deliver_after(rich_anna, submit, seconds)
    assert typical(kind="image", now=NOON) == Typical(half=7, nine_in_ten=11, run=6)
    assert typical(kind="video", now=NOON) is None


def test_yesterday_does_not_count(rich_anna: User, submit: Submit) -> None:
    for _ in range(5):
        deliver_after(rich_anna, submit, 3)
    assert typical(kind="image", now=NOON + timedelta(days=1, seconds=4)) is None


def test_it_is_measured_at_most_twice_a_minute(
    rich_anna: User, submit: Submit, django_assert_num_queries: object
) -> None:
    typical(kind="image", now=NOON)
    with django_assert_num_queries(0):  # type: ignore[operator]
        typical(kind="image", now=NOON)
