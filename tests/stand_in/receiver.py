"""An endpoint that takes deliveries and remembers them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One delivery."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        """What it says."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass
class Receiver:
    """What came in, and what is answered: statuses in turn, then always 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.received.clear()
            self.answers.clear()

    def types(self) -> list[str]:
        """The types of all events that came in."""
        with self.lock:
            return [one.event["type"] for one in self.received]

    def of(self, type: str) -> list[Received]:
        """Deliveries of events of one type."""
        with self.lock:
            return [one for one in self.received if one.event["type"] == type]


class Handler(BaseHTTPRequestHandler):
    """One delivery."""

    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver = self.receiver
        with receiver.lock:
            receiver.received.append(Received(body, self.headers["Stripe-Signature"]))
            status = receiver.answers.pop(0) if receiver.answers else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Takes many connections at once: one that must wait would wait a whole second."""

    request_queue_size = 128


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    handler = type("BoundHandler", (Handler,), {"receiver": receiver})
    server = Server(("127.0.0.1", 0), handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
