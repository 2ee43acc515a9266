"""Server days and months of caps."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from generation.calendar import day_starts_at, period_ends_at, period_of

SHANGHAI = "Asia/Shanghai"


def test_days_and_months_turn_at_the_server_midnight() -> None:
    last = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    assert period_of(last, "day", SHANGHAI) == "2026-11-30"
    assert period_of(last, "month", SHANGHAI) == "2026-11"
    turn = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert period_of(turn, "day", SHANGHAI) == "2026-12-01"
    assert period_of(turn, "month", SHANGHAI) == "2026-12"
    assert period_ends_at(last, "day", SHANGHAI) == period_ends_at(last, "month", SHANGHAI) == turn


@given(
    st.integers(min_value=1_704_067_200, max_value=1_893_456_000),
    st.sampled_from([SHANGHAI, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.sampled_from(["day", "month"]),
)
def test_a_period_ends_where_the_next_begins(instant: int, zone: str, per: str) -> None:
    now = datetime.fromtimestamp(instant, UTC)
    end = period_ends_at(now, per, zone)
    assert end > now
    assert period_of(end, per, zone) != period_of(now, per, zone)
    assert period_of(end - timedelta(seconds=1), per, zone) == period_of(now, per, zone)
    assert day_starts_at(end, zone) == end
