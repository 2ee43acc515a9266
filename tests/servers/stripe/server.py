"""The HTTP server: the API under /v1, the pages customers see, and /_control for tests."""

from __future__ import annotations

import json
import socket
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.servers.stripe import api, control
from tests.servers.stripe.faults import CallFault
from tests.servers.stripe.forms import parse_form
from tests.servers.stripe.pages import site
from tests.servers.stripe.standin import StandIn

BUSY = {
    "error": {
        "type": "invalid_request_error",
        "code": "lock_timeout",
        "message": "This object cannot be accessed right now because another API request or "
        "Stripe process is currently accessing it.",
    }
}
TOO_MANY = {
    "error": {
        "type": "invalid_request_error",
        "code": "rate_limit",
        "message": "Request rate limit exceeded.",
    }
}
BROKEN = {
    "error": {
        "type": "api_error",
        "message": "An unknown error occurred. If the problem persists, contact support.",
    }
}
MOST_BODY = 1 << 20


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "stripe-stand-in"
    # Unbuffered writes and Nagle's algorithm together cost 40 ms a call.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    timeout = 60
    stand_in: StandIn

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        target = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BODY:
            self._send(413, "text/plain", b"too long")
            self.close_connection = True
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        try:
            if target.path.startswith("/v1/"):
                self._serve_api(target.path, body if self.command == "POST" else target.query)
            elif target.path.startswith("/_control/"):
                if self.command == "POST" and not self._is_json():
                    self._send(415, "text/plain", b"JSON is expected")
                    return
                status, answer = control.call(
                    self.stand_in, self.command, target.path, target.query, body
                )
                self._send_json(status, answer)
            else:
                page = site.answer(self.stand_in.world, self.command, target.path, body)
                self._send(page.status, page.type, page.body, page.headers)
        except Exception:
            trace = traceback.format_exc()
            self.stand_in.world.note_violations([f"crash: {trace}"])
            self.log_error("%s", trace)
            self._send_json(500, BROKEN)

    def _serve_api(self, path: str, form: str) -> None:
        request = api.Request(
            method=self.command,
            path=path,
            form=parse_form(form),
            api_key=self._api_key(),
            version=self.headers.get("Stripe-Version", ""),
            idempotency_key=self.headers.get("Idempotency-Key"),
        )
        fault = self.stand_in.faults.for_call(self.command, path)
        if fault is None:
            answer = api.call(self.stand_in.world, request)
            self._send_json(answer.status, answer.body, answer.headers)
        else:
            self._fail(fault, request)

    def _is_json(self) -> bool:
        """A form on a foreign page cannot send JSON, so it cannot reach the controls."""
        return self.headers.get_content_type() == "application/json"

    def _api_key(self) -> str:
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        return value if scheme == "Bearer" else ""

    def _fail(self, fault: CallFault, request: api.Request) -> None:
        if fault.effect in ("409", "429"):
            self._send_json(int(fault.effect), BUSY if fault.effect == "409" else TOO_MANY)
            return
        if fault.done or fault.effect == "lost":
            api.call(self.stand_in.world, request)
        if fault.effect == "500":
            if fault.kept:
                api.keep_failure(self.stand_in.world, request, api.Answer(500, BROKEN))
            self._send_json(500, BROKEN)
            return
        if fault.effect == "timeout":
            self.stand_in.ending.wait(fault.seconds)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send_json(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body, indent=2, ensure_ascii=False).encode()
        self._send(status, "application/json", text, headers)

    def _send(
        self, status: int, type: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing of what went well."""


class Server(ThreadingHTTPServer):
    """Many connections, a thread each."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no event."""


def listen(stand_in: StandIn, host: str, port: int) -> Server:
    """A server that is ready to serve; port 0 takes a free one."""
    handler = type("BoundHandler", (Handler,), {"stand_in": stand_in})
    server = Server((host, port), handler)
    stand_in.on_stop.append(threading.Thread(target=server.shutdown, daemon=True).start)
    return server
