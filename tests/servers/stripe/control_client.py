"""A small typed client of /_control."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]


class ControlError(Exception):
    """The stand-in refused what was asked."""


class Control:
    """What a test may do that a client of Stripe cannot."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._address = urlsplit(base_url).netloc
        self._local = threading.local()

    def close(self) -> None:
        """Close this thread's connection."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def request(self, method: str, path: str, given: Json | None = None) -> Any:
        """One call. Raises ControlError for what is refused."""
        body = json.dumps(given or {})
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._address, timeout=120)
            self._local.connection = connection
        try:
            if connection.sock is not None and _hung_up(connection.sock):
                connection.close()  # idle for too long: the next request opens it again
            connection.request(
                method, f"/_control{path}", body if method == "POST" else None,
                {"Content-Type": "application/json"},
            )  # fmt: skip
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.status != 200:
            raise ControlError(f"{method} {path}: {answer['error']['message']}")
        return answer

    def reset(self) -> None:
        """Forget all objects, deliveries and faults; the endpoint given when starting stays."""
        self.request("POST", "/reset")

    def settings(self, **changed: Any) -> Json:
        """Change settings (retry_days, after_retries, settle_after_s, finalize_after_s, ...)."""
        answer: Json = self.request("POST", "/settings", changed)
        return answer

    def violations(self) -> list[str]:
        """What was answered or sent that does not fit the library's types."""
        return list(self.request("GET", "/violations"))

    def objects(self, kind: str) -> list[Json]:
        """All objects of a kind ("checkout.session", "event", ...), oldest first."""
        return list(self.request("GET", f"/objects/{kind}"))

    def patch(self, id: str, **fields: Any) -> Json:
        """Put fields on an object, whatever sense it makes."""
        answer: Json = self.request("POST", f"/objects/{id}", fields)["object"]
        return answer

    def emit(self, type: str, *, object: str | None = None, data: Json | None = None) -> Json:
        """Send an event of any type, about an object or about data that is given."""
        given = {"type": type, "object": object, "data": data}
        answer: Json = self.request("POST", "/events", given)["event"]
        return answer

    def fault(self, effect: str, **rule: Any) -> int:
        """Make calls go wrong: 409, 429, 500, timeout, lost. See CallFault for what can be said."""
        return int(self.request("POST", "/faults", {"effect": effect, **rule})["id"])

    def delivery_fault(self, effect: str, event: str = "*", **rule: Any) -> int:
        """Make deliveries go wrong: drop, duplicate, shuffle, delay. See DeliveryFault."""
        given = {"effect": effect, "event": event, **rule}
        return int(self.request("POST", "/faults", given)["id"])

    def faults(self) -> list[Json]:
        """The rules in force, with their hits."""
        return list(self.request("GET", "/faults"))

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.request("DELETE", "/faults")

    def now(self) -> int:
        """The stand-in's time."""
        return int(self.request("GET", "/time")["now"])

    def advance(self, seconds: int) -> int:
        """Advance everything that has no test clock. Returns the new time."""
        return int(self.request("POST", "/time", {"advance_s": seconds})["now"])

    def advance_to(self, moment: int) -> int:
        """The same to a moment."""
        return int(self.request("POST", "/time", {"to": moment})["now"])

    def advance_clock(self, clock: str, seconds: int) -> int:
        """Advance a test clock as far as wanted. Returns its new time."""
        given = {"advance_s": seconds}
        return int(self.request("POST", f"/clocks/{clock}/advance", given)["now"])

    def pay(self, session: str, button: str = "card_good") -> Json:
        """Press a button of a session's page: {"refused": why or null, "session": ...}."""
        answer: Json = self.request("POST", f"/sessions/{session}/pay", {"button": button})
        return answer

    def pay_by_number(self, session: str, number: str) -> Json:
        """The same with the number of a card."""
        answer: Json = self.request("POST", f"/sessions/{session}/pay", {"number": number})
        return answer

    def settle(self, id: str, *, good: bool) -> None:
        """Finish a delayed payment: by the id of its session or of its payment intent."""
        kind = "sessions" if id.startswith("cs_") else "payment_intents"
        self.request("POST", f"/{kind}/{id}/settle", {"good": good})

    def dispute(self, charge: str, **details: Any) -> Json:
        """The card's owner complains (inquiry=True, reason="...", amount=...)."""
        answer: Json = self.request("POST", f"/charges/{charge}/dispute", details)["dispute"]
        return answer

    def move_dispute(self, dispute: str, status: str) -> Json:
        """Give a dispute a status: won, lost, under_review, needs_response, ..."""
        answer: Json = self.request("POST", f"/disputes/{dispute}", {"status": status})["dispute"]
        return answer

    def warn(self, charge: str) -> Json:
        """The card's bank warns of fraud."""
        answer: Json = self.request("POST", f"/charges/{charge}/warn")["warning"]
        return answer

    def next_refund(self, status: str) -> None:
        """What the next refund starts as: succeeded or pending."""
        self.request("POST", "/refunds/next", {"status": status})

    def finish_refund(self, refund: str, status: str) -> Json:
        """What became of a refund: succeeded, failed, canceled."""
        answer: Json = self.request("POST", f"/refunds/{refund}", {"status": status})["refund"]
        return answer

    def portal_cancel(self, subscription: str) -> None:
        """Cancel as Stripe's own portal does: by `cancel_at` alone."""
        self.request("POST", f"/subscriptions/{subscription}/portal_cancel")

    def deliveries(self, event: str | None = None) -> list[Json]:
        """All deliveries, or those of one event."""
        return list(self.request("GET", f"/deliveries?event={event}" if event else "/deliveries"))

    def drain(self, timeout_s: float = 30) -> dict[str, int]:
        """Send everything now and wait until all is done; how many there are by status."""
        answer: dict[str, int] = self.request("POST", "/deliveries/drain", {"timeout_s": timeout_s})
        return answer

    def resend(self, event: str) -> None:
        """Send an event again."""
        self.request("POST", f"/events/{event}/resend")

    def roll_secret(self, endpoint: str, *, keep_old: bool = True) -> str:
        """Give an endpoint a new secret; with `keep_old` deliveries are signed with both."""
        given = {"keep_old": keep_old}
        return str(self.request("POST", f"/endpoints/{endpoint}/roll", given)["secret"])


def _hung_up(sock: socket.socket) -> bool:
    """Whether the other side has closed a connection that owes us nothing."""
    return bool(select.select([sock], [], [], 0)[0])
