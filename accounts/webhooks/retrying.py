"""When a message that was not taken is tried again. Pure."""

from __future__ import annotations

import random
from datetime import timedelta

# A little over three days in all; the tenth wait is the last.
WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
TRIES_MAX = len(WAITS) + 1
_SPREAD_PER_MILLE = 200


def wait_after(tries: int, *, chance: random.Random) -> timedelta | None:
    """How long to wait after so many failed tries, a fifth more or less; None: no more tries.

    The spread keeps a receiver that comes back from being met by everything at once.
    """
    if tries >= TRIES_MAX:
        return None
    per_mille = 1000 + chance.randint(-_SPREAD_PER_MILLE, _SPREAD_PER_MILLE)
    return WAITS[tries - 1] * per_mille // 1000
