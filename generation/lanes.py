"""Which lane is served next. Pure.

A lane has a head start: its oldest job counts as that much older than it is. So a faster lane
goes first, and a slower one waits at most the difference: no lane starves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

HEAD_START: dict[str, timedelta] = {
    "fastest": timedelta(minutes=10),
    "fast": timedelta(minutes=5),
    "standard": timedelta(minutes=2),
    "relaxed": timedelta(0),
}


def in_order(oldest: Mapping[str, datetime]) -> list[str]:
    """Lanes with waiting jobs, the one to serve first in front; `oldest` is when each lane's
    longest waiting job was submitted."""
    return sorted(oldest, key=lambda lane: (oldest[lane] - HEAD_START[lane], -_rank(lane)))


def _rank(lane: str) -> int:
    return len(HEAD_START) - list(HEAD_START).index(lane)
