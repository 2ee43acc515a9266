"""Server days and months of a cap. Pure; the day itself is billing's points day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from billing.points_day import points_day

EVER = "ever"


def period_of(now: datetime, per: str, zone: str) -> str:
    """The name of the server day ("2026-11-23") or month ("2026-11") that `now` falls on.

    "ever" is a period too: it has all days.
    """
    if per == EVER:
        return EVER
    day = points_day(now, zone).date
    return f"{day:%Y-%m-%d}" if per == "day" else f"{day:%Y-%m}"


def day_starts_at(now: datetime, zone: str) -> datetime:
    """The instant (UTC) at which the server day of `now` began."""
    return points_day(now, zone).starts_at


def period_ends_at(now: datetime, per: str, zone: str) -> datetime:
    """The instant (UTC) at which that day or month ends."""
    day = points_day(now, zone)
    if per == "day":
        return day.ends_at
    following = (day.date.replace(day=1) + timedelta(days=32)).replace(day=1)
    midnight = datetime(following.year, following.month, 1, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)
