"""Billing periods: calendar months counted from an anchor, in UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta


def shift(anchor: int, interval: str, count: int) -> int:
    """The instant that many intervals after the anchor; 31 January plus a month is 28 February."""
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        return int((start + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = start.month - 1 + count * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def period_end(anchor: int, interval: str, count: int, after: int) -> int:
    """The first boundary after a moment, counted from the anchor so that the day never drifts."""
    number = 1
    while (end := shift(anchor, interval, number * count)) <= after:
        number += 1
    return end
