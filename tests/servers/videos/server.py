"""A small stand-in for servers that speak OpenAI's video and image API: stateful, over HTTP.

A video is queued, in progress for a few polls, then completed; its file is a real clip whose
colour follows the seed. Tests read `server.state` and set what is to go wrong there.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

KEY = "secret-of-the-stand-in"
FPS = 8
POLLS = 3


@dataclass
class State:
    """What the server holds. faults: (method, path's end, what) in order, each used once.

    what: a status to answer with, `drop` for a connection lost after the work was taken on.
    """

    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, int | str]] = field(default_factory=list)
    fails_with: dict[str, str] | None = None
    holds: bool = False
    file: bytes | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    state: State

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read what was asked in the state."""

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.state.lock:
            self.state.requests.append(f"{method} {self.path}")
            fault = next(
                (it for it in self.state.faults if it[0] == method and self.path.endswith(it[1])),
                None,
            )
            if fault is not None:
                self.state.faults.remove(fault)
            if fault is not None and isinstance(fault[2], int):
                self._answer(fault[2], {"error": {"message": "as a test asked", "code": "fault"}})
                return
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                self._answer(401, {"error": {"message": "no such key", "code": "invalid_key"}})
                return
            status, answer = self._handle(method, body)
            if fault is not None:
                self.close_connection = True
                return
        self._answer(status, answer)

    def _handle(self, method: str, body: bytes) -> tuple[int, dict[str, Any] | bytes]:
        path = self.path.removeprefix("/v1/").split("/")
        if method == "POST" and path == ["videos"]:
            return 200, self._made(self._fields(body))
        if method == "POST" and path == ["images", "generations"]:
            asked = json.loads(body)
            self.state.pictures.append(asked)
            return 200, {"created": 1, "data": [{"b64_json": _picture(asked)}]}
        if path == ["models"]:
            return 200, {"object": "list", "data": []}
        video = self.state.videos.get(path[1]) if len(path) > 1 else None
        if video is None:
            return 404, {"error": {"message": "no such video", "code": "not_found"}}
        if method == "DELETE":
            self.state.deleted.append(video["id"])
            del self.state.videos[video["id"]]
            return 200, {"id": video["id"], "object": "video.deleted", "deleted": True}
        if path[2:] == ["content"]:
            return 200, self.state.file or clip(self.state.asked[video["id"]])
        self._advance(video)
        return 200, video

    def _made(self, asked: dict[str, Any]) -> dict[str, Any]:
        key = self.headers.get("Idempotency-Key", "")
        if key not in self.state.by_key:
            name = f"video_{len(self.state.by_key) + 1}"
            self.state.by_key[key] = name
            self.state.asked[name] = asked
            self.state.videos[name] = {
                "id": name,
                "object": "video",
                "created_at": 1,
                "model": asked.get("model", ""),
                "progress": 0,
                "seconds": asked["seconds"],
                "size": asked["size"],
                "status": "queued",
            }
        return self.state.videos[self.state.by_key[key]]

    def _advance(self, video: dict[str, Any]) -> None:
        if video["status"] == "queued":
            video["status"] = "in_progress"
        elif video["status"] == "in_progress" and not self.state.holds:
            video["progress"] = min(100, video["progress"] + 100 // POLLS + 1)
            if video["progress"] == 100:
                failed = self.state.fails_with
                video["status"] = "failed" if failed else "completed"
                video["error"] = failed

    def _fields(self, body: bytes) -> dict[str, Any]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        fields: dict[str, Any] = {}
        for part in BytesParser().parsebytes(head + body).get_payload():
            name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
            data = part.get_payload(decode=True)  # type: ignore[union-attr]
            is_file = part.get_filename() is not None  # type: ignore[union-attr]
            fields[str(name)] = data if is_file else bytes(data).decode()
        return fields

    def _answer(self, status: int, answer: dict[str, Any] | bytes) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("openai-poll-after-ms", "20")
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving() -> Iterator[tuple[str, State]]:
    """The address of a running server, and its state."""
    state = State()
    handler = type("Bound", (Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def colour(seed: int) -> tuple[int, int, int]:
    """What a seed looks like here."""
    return seed * 40 % 256, 90, 255 - seed * 40 % 256


def _sized(asked: dict[str, Any]) -> NDArray[np.uint8]:
    width, height = map(int, asked["size"].split("x"))
    return np.full((height, width, 3), colour(int(asked["seed"])), np.uint8)


def _picture(asked: dict[str, Any]) -> str:
    file = io.BytesIO()
    Image.fromarray(_sized(asked)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def clip(asked: dict[str, Any]) -> bytes:
    """A clip of one colour; it starts with the picture that was given."""
    file = io.BytesIO()
    plain = _sized(asked)
    first = plain
    if "input_reference" in asked:
        with Image.open(io.BytesIO(asked["input_reference"])) as image:
            first = np.asarray(image.convert("RGB"))
    frames = [first] + [plain] * (int(asked["seconds"]) * FPS)
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = plain.shape[1], plain.shape[0], "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()
