"""Rules that make things go wrong: for deliveries by event type, for calls by method and path."""

from __future__ import annotations

import fnmatch
import itertools
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

DELIVERY_EFFECTS = ("drop", "duplicate", "shuffle", "delay")
CALL_EFFECTS = ("409", "429", "500", "timeout", "lost")
_numbers = itertools.count(1)


@dataclass
class DeliveryFault:
    """What happens to deliveries of events whose type fits `event`."""

    effect: str
    event: str = "*"
    times: int | None = None  # None: always
    copies: int = 1  # duplicate: how many more
    seconds: float | None = 3.0  # shuffle: over how long; delay: how long, None until a drain
    id: int = field(default_factory=lambda: next(_numbers))
    hits: int = 0

    def __post_init__(self) -> None:
        _require(self.effect, DELIVERY_EFFECTS)


@dataclass
class CallFault:
    """What happens to calls whose method and path fit.

    `409`, `429` and `500` answer without doing anything; a `kept` 500 stays under its idempotency
    key, as at Stripe. `timeout` leaves the caller waiting. `lost` does the work and closes the
    connection. With `done` a 500 or a time-out does the work first as well.
    """

    effect: str
    path: str = "/v1/*"
    method: str = "*"
    times: int | None = 1
    skip: int = 0  # let so many matching calls through first
    seconds: float = 30.0
    done: bool = False
    kept: bool = False
    id: int = field(default_factory=lambda: next(_numbers))
    hits: int = 0

    def __post_init__(self) -> None:
        _require(self.effect, CALL_EFFECTS)


def _require(effect: str, known: tuple[str, ...]) -> None:
    if effect not in known:
        raise ValueError(f"An effect is one of {', '.join(known)}, not {effect}.")


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.deliveries: list[DeliveryFault] = []
        self.calls: list[CallFault] = []

    def add(self, rule: dict[str, Any]) -> int:
        """Put a rule in force: one with `event` is for deliveries, any other for calls."""
        fault = DeliveryFault(**rule) if "event" in rule else CallFault(**rule)
        with self._lock:
            if isinstance(fault, DeliveryFault):
                self.deliveries.append(fault)
            else:
                self.calls.append(fault)
        return fault.id

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self.deliveries.clear()
            self.calls.clear()

    def describe(self) -> list[dict[str, Any]]:
        """All rules, with how often each was used."""
        with self._lock:
            return [*map(asdict, self.deliveries), *map(asdict, self.calls)]

    def for_delivery(self, event_type: str) -> list[DeliveryFault]:
        """All rules that apply to one delivery; each counts as used."""
        with self._lock:
            found = [
                fault for fault in self.deliveries
                if fnmatch.fnmatchcase(event_type, fault.event)
                and (fault.times is None or fault.hits < fault.times)
            ]  # fmt: skip
            for fault in found:
                fault.hits += 1
            return found

    def for_call(self, method: str, path: str) -> CallFault | None:
        """The first rule that applies to one call; it counts as used."""
        with self._lock:
            for fault in self.calls:
                if not fnmatch.fnmatchcase(path, fault.path) or fault.method not in ("*", method):
                    continue
                if fault.times is not None and fault.hits >= fault.times:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                return fault
        return None
