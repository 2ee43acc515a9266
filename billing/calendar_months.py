"""Calendar months: the length of a period, and the windows of its monthly lots. Pure.

All instants are UTC. A month after the 31st of January is the last day of February, and every
later month is counted from the first day, so that the 31st comes back in March.
"""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

PERIOD_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def add_months(start: datetime, months: int) -> datetime:
    """`start` moved by whole calendar months, at the last day of a month that is too short."""
    years, month_index = divmod(start.year * 12 + start.month - 1 + months, 12)
    month = month_index + 1
    day = min(start.day, calendar.monthrange(years, month)[1])
    return start.replace(year=years, month=month, day=day)


def lot_windows(
    start: datetime, *, months: int, grace: timedelta
) -> list[tuple[datetime, datetime]]:
    """The half-open life of each monthly lot of a period of `months` that begins at `start`.

    A lot starts with its month and lives `grace` beyond the end of it.
    """
    return [
        (add_months(start, number), add_months(start, number + 1) + grace)
        for number in range(months)
    ]
