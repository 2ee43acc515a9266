"""How long a job of a kind takes: from the last day's deliveries, not from hope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection

WINDOW = timedelta(days=1)
KEPT_SECONDS = 30
FEWEST = 5

_PERCENTILES = """
select count(*),
       percentile_cont(array[0.5, 0.9]) within group (
           order by extract(epoch from finished_at - created_at)),
       percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at))
  from (select created_at, started_at, finished_at from generation_job
         where kind = %s and state = 'succeeded' and finished_at > %s
         order by finished_at desc limit 2000) lately
"""


@dataclass(frozen=True, slots=True)
class Typical:
    """Whole seconds: from submit to delivery for half and for nine in ten jobs of a kind, and what
    a worker takes for the middle one."""

    half: int
    nine_in_ten: int
    run: int


def typical(*, kind: str, now: datetime) -> Typical | None:
    """The kind's typical times over the last day; None while fewer than five were delivered.

    Half a minute old at most: it is the same for everybody.
    """
    key = f"typical:{kind}"
    known: tuple[int, int, int] | str | None = cache.get(key)
    if known is None:
        known = _measure(kind, now) or "none"
        cache.set(key, known, KEPT_SECONDS)
    return None if isinstance(known, str) else Typical(*known)


def _measure(kind: str, now: datetime) -> tuple[int, int, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(_PERCENTILES, [kind, now - WINDOW])
        count, spans, run = cursor.fetchone()
    if count < FEWEST:
        return None
    return _up(spans[0]), _up(spans[1]), _up(run)


def _up(seconds: float) -> int:
    """Rounded up: nobody minds an early picture."""
    return int(-(-float(seconds) // 1))
