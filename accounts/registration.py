"""Whether people may sign up: a pure function of the last decision and the time. No Django here.

A decision says from when a state holds. Until then the state before it goes on, so the last one
tells everything: a later decision replaces one that has not begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["closed", "waitlist", "open"]
STATES: tuple[State, ...] = ("closed", "waitlist", "open")
# A fresh installation lets people in: whoever runs it shuts the door on purpose.
AT_FIRST: State = "open"


@dataclass(frozen=True, slots=True)
class Decision:
    """`before` holds until `starts_at`, `after` from then on."""

    before: State
    after: State
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """What holds now, and what is announced: `next_state` from `next_at`, both or neither."""

    state: State
    next_state: State | None = None
    next_at: datetime | None = None

    @property
    def opens_at(self) -> datetime | None:
        """When sign-up opens to everybody, if that is announced."""
        return self.next_at if self.next_state == "open" else None


def door(last: Decision | None, now: datetime) -> Door:
    """The state at `now` under the last decision, or under none."""
    if last is None:
        return Door(AT_FIRST)
    if now >= last.starts_at:
        return Door(last.after)
    return Door(last.before, last.after, last.starts_at)
