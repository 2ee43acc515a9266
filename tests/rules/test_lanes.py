"""Lanes: faster first, none starves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from generation.lanes import HEAD_START, in_order
from generation.types import LANES

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_submitted_together_the_faster_lane_is_first() -> None:
    assert in_order(dict.fromkeys(reversed(LANES), NOON)) == list(LANES)


def test_a_relaxed_job_waits_no_longer_than_the_head_start() -> None:
    waited = NOON - HEAD_START["fastest"] - timedelta(seconds=1)
    assert in_order({"fastest": NOON, "relaxed": waited}) == ["relaxed", "fastest"]


@given(st.dictionaries(st.sampled_from(LANES), st.integers(0, 3600)))
def test_the_order_never_depends_on_when_one_looks(ages: dict[str, int]) -> None:
    oldest = {lane: NOON - timedelta(seconds=age) for lane, age in ages.items()}
    later = {lane: at + timedelta(hours=5) for lane, at in oldest.items()}
    assert in_order(oldest) == in_order(later)
    assert sorted(in_order(oldest)) == sorted(ages)
