"""The door is a function of its last decision and the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.registration import STATES, Decision, Door, door

NOW = datetime(2027, 1, 31, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_fresh_installation_lets_people_in() -> None:
    assert door(None, NOW) == Door("open")


def test_what_is_announced_begins_at_its_instant_and_not_before() -> None:
    decided = Decision("closed", "open", NOW)
    assert door(decided, NOW - timedelta(microseconds=1)) == Door("closed", "open", NOW)
    assert door(decided, NOW) == Door("open")


def test_only_an_opening_counts_as_one() -> None:
    assert door(Decision("closed", "open", NOW), NOW - HOUR).opens_at == NOW
    assert door(Decision("closed", "waitlist", NOW), NOW - HOUR).opens_at is None


def simulated(steps: list[tuple[int, str, int]], now: datetime) -> str:
    """The state after `steps` of (decided at, state, hours later), told one after the other."""
    held, planned = "open", None
    for at, state, later in steps:
        decided = NOW + at * HOUR
        if decided > now:
            break
        if planned and planned[1] <= decided:
            held = planned[0]
        planned = (state, decided + later * HOUR)
        if later == 0:
            held = state
    return planned[0] if planned and planned[1] <= now else held


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(STATES), st.integers(0, 9)), max_size=6
    ).map(sorted),
    st.integers(0, 40),
)
def test_the_last_row_tells_everything(steps: list[tuple[int, str, int]], after: int) -> None:
    now = NOW + after * HOUR
    last: Decision | None = None
    for at, state, later in steps:
        decided = NOW + at * HOUR
        if decided <= now:
            held = door(last, decided).state
            last = Decision(held, state, decided + later * HOUR)  # type: ignore[arg-type]
    assert door(last, now).state == simulated(steps, now)
