"""Deliveries of events to endpoints: in the background, at least once, in no certain order.

Locks are always taken in one order: the world's, then this module's condition.

Stripe's own page: https://docs.stripe.com/webhooks
"""

from __future__ import annotations

import fnmatch
import http.client
import itertools
import json
import random
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.servers.stripe.faults import Faults
from tests.servers.stripe.signing import signature_header
from tests.servers.stripe.world import Obj, World

# These stand in for Stripe's three days of tries.
RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0)
TIMEOUT_S = 20.0
WORKERS = 8
MOST_REMEMBERED = 20_000
_numbers = itertools.count(1)


@dataclass
class Delivery:
    """One event on its way to one endpoint."""

    event: str
    type: str
    endpoint: str
    body: bytes
    due: float | None  # None: held until a drain
    status: str = "pending"  # pending, sending, delivered, failed, dropped
    answers: list[str] = field(default_factory=list)
    number: int = field(default_factory=lambda: next(_numbers))

    def describe(self) -> dict[str, Any]:
        """What the control endpoint tells of it."""
        return {name: value for name, value in asdict(self).items() if name not in ("body", "due")}


class Deliveries:
    """The queue and the threads that empty it."""

    def __init__(self, world: World, faults: Faults, retry_after_s: tuple[float, ...]) -> None:
        self.world = world
        self.faults = faults
        self.retry_after_s = retry_after_s
        self.all: list[Delivery] = []
        self._waiting: list[Delivery] = []
        self._sending = 0
        self._changed = threading.Condition()
        self._draining = 0
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, name=f"delivery-{n}", daemon=True)
            for n in range(WORKERS)
        ]

    def start(self) -> None:
        """Begin to deliver, first what was under way when the state was saved."""
        self.world.on_event = self.queue
        for event in self.world.all("event"):
            if event["pending_webhooks"] and not event.get("_given_up"):
                self.queue(event)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Deliver nothing any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget all deliveries, once those under way have come to an end."""
        with self._changed:
            self._waiting.clear()
            self._changed.wait_for(lambda: not self._sending, TIMEOUT_S)
            self._waiting.clear()
            self.all.clear()
            self._changed.notify_all()

    def queue(self, event: Obj, *, endpoint: str | None = None) -> None:
        """Send an event to the endpoints that want it, as the fault rules allow."""
        wanting = [
            one for one in self.world.where("webhook_endpoint", status="enabled")
            if one["id"] == endpoint
            or (endpoint is None and _wants(one["enabled_events"], event["type"]))
        ]  # fmt: skip
        event["pending_webhooks"] = len(wanting)
        shown = {name: value for name, value in event.items() if not name.startswith("_")}
        body = json.dumps(shown, indent=2, ensure_ascii=False).encode()
        for one in wanting:
            self._queue_one(event, one["id"], body)

    def _queue_one(self, event: Obj, endpoint: str, body: bytes) -> None:
        now = time.monotonic()
        due: float | None = now
        copies, dropped = 1, False
        for fault in self.faults.for_delivery(event["type"]):
            if fault.effect == "drop":
                dropped = event["_given_up"] = True
            elif fault.effect == "duplicate":
                copies += fault.copies
            elif fault.effect == "shuffle" and due is not None:
                due += random.uniform(0, fault.seconds or 0)
            elif fault.effect == "delay":
                due = None if fault.seconds is None or due is None else due + fault.seconds
        made = [Delivery(event["id"], event["type"], endpoint, body, due) for _ in range(copies)]
        for delivery in made:
            delivery.status = "dropped" if dropped else "pending"
        with self._changed:
            self.all += made
            del self.all[:-MOST_REMEMBERED]
            self._waiting += [] if dropped else made
            self._changed.notify_all()

    def drain(self, timeout_s: float) -> dict[str, int]:
        """Send everything now, held and delayed too, and wait until all is done.

        Raises TimeoutError. Returns how many deliveries there are by status.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            self._draining += 1
            try:
                while self._waiting or self._sending:
                    self._hurry()
                    left = deadline - time.monotonic()
                    if left <= 0 or not self._changed.wait(left):
                        raise TimeoutError(f"{len(self._waiting)} deliveries are not done.")
            finally:
                self._draining -= 1
            return self._counts()

    def _hurry(self) -> None:
        """Make all that waits due now: what is held, delayed or to be tried again."""
        now = time.monotonic()
        late = [one for one in self._waiting if one.due is None or one.due > now]
        for one in late:
            one.due = now
        if late:
            self._changed.notify_all()

    def _counts(self) -> dict[str, int]:
        counts = dict.fromkeys(("delivered", "failed", "dropped"), 0)
        for one in self.all:
            counts[one.status] = counts.get(one.status, 0) + 1
        return counts

    def describe(self, event: str | None = None) -> list[dict[str, Any]]:
        """All deliveries, or those of one event, oldest first."""
        with self._changed:
            return [one.describe() for one in self.all if event in (None, one.event)]

    def _work(self) -> None:
        while (delivery := self._next()) is not None:
            with self.world.lock:
                endpoint = self.world.find("webhook_endpoint", delivery.endpoint)
                gone = endpoint is None or endpoint["status"] != "enabled"
                url = "" if endpoint is None else endpoint["url"]
                secrets = [] if endpoint is None else list(endpoint["_secrets"])
                timestamp = self.world.now()
            answer = "gone" if gone else _send(url, delivery.body, secrets, timestamp)
            self._note(delivery, answer)

    def _next(self) -> Delivery | None:
        """The next delivery that is due, once there is one; None when all ends."""
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                dated = [one for one in self._waiting if one.due is not None]
                first = min(dated, key=lambda one: (one.due, one.number), default=None)
                if first is not None and first.due is not None and first.due <= now:
                    first.status = "sending"
                    self._waiting.remove(first)
                    self._sending += 1
                    return first
                soonest = first.due - now if first is not None and first.due else None
                self._changed.wait(soonest)
        return None

    def _note(self, delivery: Delivery, answer: str) -> None:
        """What the endpoint said: done, once more later, or given up."""
        with self.world.lock, self._changed:
            self._sending -= 1
            delivery.answers.append(answer)
            if answer.startswith("2"):
                delivery.status = "delivered"
                self._count_delivered(delivery)
            elif answer == "gone" or len(delivery.answers) > len(self.retry_after_s):
                delivery.status = "failed"
                if (event := self.world.find("event", delivery.event)) is not None:
                    event["_given_up"] = True
            else:
                wait = self.retry_after_s[len(delivery.answers) - 1]
                delivery.due = time.monotonic() + (0 if self._draining else wait)
                delivery.status = "pending"
                self._waiting.append(delivery)
            self._changed.notify_all()

    def _count_delivered(self, delivery: Delivery) -> None:
        event = self.world.find("event", delivery.event)
        first = not any(
            one.status == "delivered" and one is not delivery and one.event == delivery.event
            and one.endpoint == delivery.endpoint
            for one in self.all
        )  # fmt: skip
        if event is not None and first:
            event["pending_webhooks"] = max(event["pending_webhooks"] - 1, 0)
            self.world.changes += 1


def _wants(enabled: list[str], type: str) -> bool:
    return any(fnmatch.fnmatchcase(type, one) for one in enabled)


def _send(url: str, body: bytes, secrets: list[str], timestamp: int) -> str:
    """Post it; the status of the answer, or what went wrong."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature_header(body, secrets, timestamp),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    path = parts.path or "/"
    try:
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
