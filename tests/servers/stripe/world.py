"""Everything the stand-in knows: its objects, its time, its settings. One lock guards it all.

Objects are kept as plain dictionaries in the API's own shape. A key that starts with an underscore
is the stand-in's own note and never leaves it (`public`).
"""

from __future__ import annotations

import copy
import secrets
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tests.servers.stripe.errors import missing

Obj = dict[str, Any]
ALPHABET = string.ascii_letters + string.digits
HOUR = 3600
DAY = 24 * HOUR


@dataclass
class Settings:
    """What an account at Stripe would have in its dashboard, and how fast waiting goes here."""

    public_url: str = "http://127.0.0.1:12111"
    country: str = "HK"
    account_name: str = "Inkling"
    # What a payment costs the merchant: a share in ten-thousandths and a fixed amount.
    fee_share: int = 340
    fee_fixed: int = 235
    # A renewal's invoice is a draft for an hour before it is charged.
    finalize_after_s: int = HOUR
    # A failed renewal is tried again this many days after its first failure, then given up.
    retry_days: tuple[int, ...] = (1, 3, 5, 7)
    after_retries: str = "cancel"
    incomplete_expires_s: int = 23 * HOUR
    # How long a delayed method takes by itself; None: until the control endpoint decides.
    settle_after_s: int | None = None


class World:
    """The state. Change it only while holding `lock`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.initial = replace(self.settings)
        self.lock = threading.RLock()
        self.objects: dict[str, dict[str, Obj]] = {}
        self.answers: dict[str, Obj] = {}  # by idempotency key
        self.violations: list[str] = []
        self.offset = 0
        self.request: Obj = {"id": None, "idempotency_key": None}
        self.on_event: Callable[[Obj], None] = lambda event: None
        self._living: int | None = None
        self.changes = 0
        self.next_refund = "succeeded"  # what the next refund starts as

    def now(self) -> int:
        """The time of everything that has no test clock."""
        return self._living if self._living is not None else int(time.time()) + self.offset

    def now_for(self, clock: str | None) -> int:
        """The time of what hangs on a test clock, or of the world."""
        if clock is None:
            return self.now()
        found = self.find("test_helpers.test_clock", clock)
        return int(found["frozen_time"]) if found else self.now()

    @contextmanager
    def living_at(self, clock: str | None, moment: int) -> Iterator[None]:
        """For as long as the block runs it is that moment, on the clock or in the world."""
        if clock is not None:
            self.get("test_helpers.test_clock", clock)["frozen_time"] = moment
            yield
            return
        before, self._living = self._living, moment
        try:
            yield
        finally:
            self._living = before

    def new_id(self, prefix: str, length: int = 24) -> str:
        """An id nobody has."""
        return f"{prefix}_{''.join(secrets.choice(ALPHABET) for _ in range(length))}"

    def add(self, obj: Obj) -> Obj:
        """Keep a new object."""
        self.objects.setdefault(obj["object"], {})[obj["id"]] = obj
        self.changes += 1
        return obj

    def get(self, kind: str, id: str, param: str = "id") -> Obj:
        """An object that must exist. Raises ApiError resource_missing."""
        found = self.objects.get(kind, {}).get(id)
        if found is None:
            raise missing(kind, id, param)
        return found

    def find(self, kind: str, id: str | None) -> Obj | None:
        """An object, or None."""
        return self.objects.get(kind, {}).get(id) if id else None

    def all(self, kind: str) -> list[Obj]:
        """All objects of a kind, oldest first."""
        return list(self.objects.get(kind, {}).values())

    def where(self, kind: str, **fields: Any) -> list[Obj]:
        """Those whose fields have these values, oldest first."""
        return [
            obj for obj in self.all(kind)
            if all(obj.get(name) == value for name, value in fields.items())
        ]  # fmt: skip

    def remove(self, kind: str, id: str) -> None:
        """Forget an object."""
        self.objects.get(kind, {}).pop(id, None)
        self.changes += 1

    def any_by_id(self, id: str) -> Obj | None:
        """An object of whatever kind with that id."""
        for kind in self.objects.values():
            if id in kind:
                return kind[id]
        return None

    def reset(self) -> None:
        """Forget everything; the settings are again what they were when starting."""
        self.objects.clear()
        self.answers.clear()
        self.violations = []
        self.offset = 0
        self.next_refund = "succeeded"
        self.settings = replace(self.initial)
        self.changes += 1

    def note_violations(self, found: list[str]) -> None:
        """Write down what does not fit the contract; a process that runs for long keeps some."""
        self.violations = [*self.violations, *found][:1000]

    def prune(self) -> None:
        """Forget what Stripe forgets: events after thirty days, idempotency keys after one."""
        now = self.now()
        events = self.objects.get("event", {})
        for id in [id for id, event in events.items() if event["created"] <= now - 30 * DAY]:
            del events[id]
        for key in [key for key, kept in self.answers.items() if kept["at"] <= now - DAY]:
            del self.answers[key]

    def to_json(self) -> Obj:
        """The state as it is written to a file."""
        return {"objects": self.objects, "answers": self.answers, "offset": self.offset}

    def from_json(self, state: Obj) -> None:
        """Take the state that a file holds."""
        self.objects = state["objects"]
        self.answers = state["answers"]
        self.offset = state["offset"]


def public(value: Any) -> Any:
    """A copy without the stand-in's own notes."""
    if isinstance(value, dict):
        return {k: public(v) for k, v in value.items() if not str(k).startswith("_")}
    if isinstance(value, list):
        return [public(item) for item in value]
    return copy.copy(value)


def list_of(data: list[Any], url: str, *, has_more: bool = False) -> Obj:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def merged(old: Obj, new: Any) -> Obj:
    """Metadata after an update: an empty value takes an entry away, an empty string all."""
    if new == "":
        return {}
    return {key: value for key, value in {**old, **(new or {})}.items() if value != ""}


def take(obj: Obj, params: Obj, *names: str) -> None:
    """Copy these parameters onto the object where they were given; an empty string is null."""
    for name in names:
        if name in params:
            obj[name] = None if params[name] == "" else params[name]
