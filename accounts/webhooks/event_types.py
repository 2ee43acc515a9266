"""Every kind of event that receivers can ask for, with the schema of its `data`. Pure.

This is a promise to other people's programs: a change that would break one is a new version. No
event holds what was asked for in words, nor a link to a file: a receiver asks the API with its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event. `about_money`: a key needs the scope `billing_read` to ask for it."""

    name: str
    says: str
    schema: Schema
    version: int = 1
    about_money: bool = False


_POINTS = {"type": "string", "pattern": r"^\d+\.\d{2}$"}
_TIME = {"type": "string", "format": "date-time"}
_ID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _of(**members: Schema) -> Schema:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


_JOB = _of(
    id=_ID,
    kind=_TEXT,
    status={"enum": ["queued", "running", "succeeded", "failed", "canceled"]},
    attempt=_COUNT,
    team=_or_null(_ID),
    cost_points=_POINTS,
    charged_points=_or_null(_POINTS),
    pieces_asked=_COUNT,
    pieces_delivered=_or_null(_COUNT),
    failure_code=_or_null(_TEXT),
    created_at=_TIME,
    started_at=_or_null(_TIME),
    finished_at=_or_null(_TIME),
    url=_TEXT,
)
_ORDER = _of(
    id=_ID,
    kind={"enum": ["topup", "pack", "membership", "prepaid"]},
    amount_minor=_COUNT,
    currency=_TEXT,
    points=_POINTS,
    plan=_or_null(_TEXT),
    paid_at=_TIME,
)
_REFUND = _of(
    id=_COUNT,
    order=_ID,
    amount_minor=_COUNT,
    currency=_TEXT,
    points=_POINTS,
    reason=_TEXT,
)
_PERIOD = _of(plan=_TEXT, months=_COUNT, starts_at=_TIME, ends_at=_TIME)
_RENEWAL = _of(plan=_TEXT, amount_minor=_COUNT, currency=_TEXT, next_attempt_at=_or_null(_TIME))

TEST = EventType(
    "webhook.test", "You asked for a test; it is sent whatever the filter says.", _of(message=_TEXT)
)
# In the order they are shown in.
EVENT_TYPES: tuple[EventType, ...] = (
    EventType("job.queued", "A job waits: submitted, or given back by a lost worker.", _JOB),
    EventType("job.running", "A worker has begun an attempt at a job.", _JOB),
    EventType("job.succeeded", "A job delivered all it was asked for, or some of it.", _JOB),
    EventType("job.failed", "A job failed; nothing was charged.", _JOB),
    EventType("job.canceled", "A job was canceled; nothing was charged.", _JOB),
    EventType("order.paid", "An order was paid.", _ORDER, about_money=True),
    EventType("refund.succeeded", "Money went back to you.", _REFUND, about_money=True),
    EventType("refund.failed", "A refund did not arrive.", _REFUND, about_money=True),
    EventType("membership.period_begun", "A paid period was added.", _PERIOD, about_money=True),
    EventType("membership.renewal_failed", "A card was refused.", _RENEWAL, about_money=True),
    EventType("membership.ended", "A membership has ended.", _of(plan=_TEXT), about_money=True),
    EventType(
        "auto_topup.stopped", "Nothing more is bought by itself.", _of(reason=_TEXT),
        about_money=True,
    ),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in (*EVENT_TYPES, TEST)}
NAMES = tuple(kind.name for kind in EVENT_TYPES)


def in_order(names: list[str]) -> list[str]:
    """Each once, in the order of `EVENT_TYPES`. Raises ValueError for one that does not exist."""
    unknown = set(names) - set(NAMES)
    if unknown:
        raise ValueError(f"no such event type: {min(unknown)}")
    return [name for name in NAMES if name in names]


def about_money(names: list[str]) -> bool:
    """Whether a filter lets an event about money through; an empty filter lets all through."""
    return not names or any(BY_NAME[name].about_money for name in names)
