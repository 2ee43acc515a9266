"""The life of a job as a table. Pure: decides, never writes.

queued ──claim──▶ running ──finish──▶ succeeded
  ▲                 │  │
  └────requeue──────┘  ├──fail────▶ failed
queued / running ──────┴──cancel──▶ canceled
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Event(StrEnum):
    """What can happen to a job."""

    CLAIM = "claim"
    REQUEUE = "requeue"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


ACTIVE = frozenset({State.QUEUED, State.RUNNING})
TERMINAL = frozenset(State) - ACTIVE
ATTEMPTS_MAX = 2

_MOVES: dict[tuple[State, Event], State] = {
    (State.QUEUED, Event.CLAIM): State.RUNNING,
    (State.QUEUED, Event.FAIL): State.FAILED,
    (State.QUEUED, Event.CANCEL): State.CANCELED,
    (State.RUNNING, Event.REQUEUE): State.QUEUED,
    (State.RUNNING, Event.FINISH): State.SUCCEEDED,
    (State.RUNNING, Event.FAIL): State.FAILED,
    (State.RUNNING, Event.CANCEL): State.CANCELED,
}


def after(state: State, event: Event) -> State | None:
    """The state `event` leads to, None when it cannot happen in `state`."""
    return _MOVES.get((state, event))


def sources(event: Event) -> list[State]:
    """The states `event` can happen in: what a conditional UPDATE filters on."""
    return [state for state, candidate in _MOVES if candidate is event]


def after_lost_lease(attempts: int) -> Event:
    """What follows when a worker stopped answering: another attempt, or the end after two."""
    return Event.REQUEUE if attempts < ATTEMPTS_MAX else Event.FAIL
