"""The points day: one server day in one time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class PointsDay:
    """A server day as the half-open interval [starts_at, ends_at), both UTC."""

    date: date
    starts_at: datetime
    ends_at: datetime

    @property
    def claim_key(self) -> str:
        """The ledger's idempotency key of this day's claim: what makes it once a day."""
        return f"daily:{self.date.isoformat()}"


def points_day(now: datetime, zone: str) -> PointsDay:
    """The server day that `now` (aware) falls on in `zone`, an IANA name.

    Days are cut at local midnight, so one is 23 or 25 hours long where clocks change.
    """
    tz = ZoneInfo(zone)
    day = now.astimezone(tz).date()
    return PointsDay(
        date=day,
        starts_at=datetime.combine(day, time.min, tz).astimezone(UTC),
        ends_at=datetime.combine(day + timedelta(days=1), time.min, tz).astimezone(UTC),
    )
