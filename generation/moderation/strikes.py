"""What refused requests add up to, and how it fades. Pure.

A strike weighs by its category and loses one point every thirty days. What an account weighs slows
its jobs, has borderline requests wait for a person, and at last pauses new jobs for a time. Points
are never touched by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FADES_BY_ONE = timedelta(days=30)
WEIGHTS: dict[str, int] = {"sexual_minors": 5, "extremism": 3, "weapons": 2}
SLOWED_FROM, WATCHED_FROM, PAUSED_FROM = 3, 5, 8

Level = Literal["good", "slowed", "watched", "paused"]
_FLOORS: tuple[tuple[Level, int], ...] = (
    ("paused", PAUSED_FROM),
    ("watched", WATCHED_FROM),
    ("slowed", SLOWED_FROM),
)


@dataclass(frozen=True, slots=True)
class Strike:
    """One refusal that counts."""

    weight: int
    given_at: datetime

    def left(self, now: datetime) -> int:
        """What it still weighs."""
        return max(0, self.weight - max(0, (now - self.given_at) // FADES_BY_ONE))

    def fades_at(self, now: datetime) -> datetime:
        """When it next weighs less."""
        return self.given_at + ((now - self.given_at) // FADES_BY_ONE + 1) * FADES_BY_ONE


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands: how much it weighs, and until when it is on this level."""

    level: Level
    weight: int
    until: datetime | None


def weight_of(category: str) -> int:
    """What a strike of this category weighs when it is given."""
    return WEIGHTS.get(category, 1)


def standing(strikes: Iterable[Strike], now: datetime) -> Standing:
    """The level of an account with these strikes, if no other comes."""
    mine = [strike for strike in strikes if strike.given_at <= now and strike.left(now)]
    weight = sum(strike.left(now) for strike in mine)
    for level, floor in _FLOORS:
        if weight >= floor:
            return Standing(level, weight, _falls_below(mine, floor, now))
    return Standing("good", weight, None)


def _falls_below(strikes: list[Strike], floor: int, now: datetime) -> datetime:
    at = now
    while sum(strike.left(at) for strike in strikes) >= floor:
        at = min(strike.fades_at(at) for strike in strikes if strike.left(at))
    return at
