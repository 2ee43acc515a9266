"""A model of moderation behind a real address: it answers as told, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class ModelServer:
    """`answer` is the body, `status` the status; `wait` holds every answer back until it is set."""

    def __init__(self) -> None:
        self.answer: bytes = b'{"action": "allow"}'
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/moderate"

    def says(self, action: str, **more: object) -> None:
        """Answer with this opinion from now on."""
        self.answer = json.dumps({"action": action, **more}).encode()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                model.asked.append(json.loads(self.rfile.read(length)))
                model.tokens.append(self.headers.get("Authorization"))
                model.go_on.wait(30)
                self.send_response(model.status)
                for name, value in model.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(model.answer)))
                self.end_headers()
                self.wfile.write(model.answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
