"""The points day, cut at midnight of one server zone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.points_day import points_day

SHANGHAI = "Asia/Shanghai"


def test_the_day_turns_at_midnight_in_shanghai() -> None:
    before = points_day(datetime(2026, 11, 23, 15, 59, 59, 999999, tzinfo=UTC), SHANGHAI)
    after = points_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), SHANGHAI)
    assert before.claim_key == "daily:2026-11-23"
    assert after.claim_key == "daily:2026-11-24"
    assert before.ends_at == after.starts_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_a_day_has_23_or_25_hours_where_clocks_change() -> None:
    spring = points_day(datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Berlin")
    autumn = points_day(datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Berlin")
    assert spring.ends_at - spring.starts_at == timedelta(hours=23)
    assert autumn.ends_at - autumn.starts_at == timedelta(hours=25)


@given(
    # Seconds from 2024 to 2030; hypothesis's own datetimes want bounds without a zone.
    st.integers(min_value=1_704_067_200, max_value=1_893_456_000),
    st.sampled_from([SHANGHAI, "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
)
def test_every_instant_is_in_exactly_one_day(instant: int, zone: str) -> None:
    now = datetime.fromtimestamp(instant, UTC)
    day = points_day(now, zone)
    assert day.starts_at <= now < day.ends_at
    assert points_day(day.ends_at, zone).starts_at == day.ends_at
