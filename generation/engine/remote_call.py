"""One piece made by a server that speaks OpenAI's video and image API, over HTTP.

A video is a job there: made, polled, fetched, or deleted when nobody wants it any more. A picture
is one request. Whatever the server does, the answer here is frames or an EngineFailure.
"""

from __future__ import annotations

import base64
import io
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import av
import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.engine.camera import words_of
from generation.engine.display import fill
from generation.engine.errors import (
    ENGINE_ERROR,
    OUT_OF_MEMORY,
    RUN_TIMEOUT,
    WORKER_LOST,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.types import RenderSpec
from generation.model_registry import VIDEO, Model

PICTURE_SIZE, CLIP_SIZE = (1024, 1024), (1280, 720)
POLL_SECONDS, POLL_SECONDS_MAX = 1.0, 5.0
AGAIN_SECONDS = 0.5
# How long a server may be away before its work counts as lost.
AWAY_SECONDS_MAX = 30.0
FILE_BYTES_MAX = 512 * 2**20
FRAME_BYTES_MAX = 6 * 2**30
SHORTER_SECONDS_MAX = 0.25
BUSY = {408, 409, 425, 429, 500, 502, 503, 504}
OPEN = ("queued", "in_progress")

Made = tuple[NDArray[np.uint8], int]  # frames and their rate


class RemoteCall:
    """One piece on its way. stop: set when nobody waits for it any more."""

    def __init__(
        self,
        client: httpx.Client,
        model: Model,
        spec: RenderSpec,
        deadline: float,
        note: Callable[[int], None],
    ) -> None:
        self._client = client
        self._model = model
        self._spec = spec
        self._deadline = deadline
        self._note = note
        self.stop = threading.Event()

    def make(self) -> Made:
        """Frames and frame rate, 0 for a picture. Raises EngineFailure or RenderCanceled."""
        return self._clip() if self._spec.kind == VIDEO else (self._picture(), 0)

    def _picture(self) -> NDArray[np.uint8]:
        width, height = self._size()
        body = {**self._words(), "n": 1, "response_format": "b64_json"}
        answer = self._insist("POST", "images/generations", json=body).json()
        try:
            data = base64.b64decode(answer["data"][0]["b64_json"])
            with Image.open(io.BytesIO(data)) as image:
                return fill(np.asarray(image.convert("RGB")), width, height)[None]
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            raise EngineFailure(ENGINE_ERROR, f"the server sent no picture: {error!r}") from error

    def _clip(self) -> Made:
        spec, given = self._spec, self._start()
        fields = {**self._words(), "seconds": str(spec.seconds)}
        # Multipart also without a file: that is how the API is spoken.
        parts: dict[str, Any] = {name: (None, str(value)) for name, value in fields.items()}
        if given is not None:
            parts["input_reference"] = ("first.png", _png(given, *self._size()), "image/png")
        video = self._insist("POST", "videos", files=parts).json()
        job = str(video.get("id", ""))
        try:
            self._await(job, video)
            data = self._fetch(job)
        except BaseException:
            self._delete(job)
            raise
        self._delete(job)
        width, height = self._size()
        frames, rate = _decoded(data, width // 2 * 2, height // 2 * 2)
        # The frame that was given is the first: of a continued clip it is there already.
        frames = frames[0 if spec.prefix is None else 1 :]
        if len(frames) / rate + SHORTER_SECONDS_MAX < spec.seconds:
            seconds = len(frames) / rate
            raise EngineFailure(ENGINE_ERROR, f"{seconds:.2f} s came of {spec.seconds}")
        return frames, rate

    def _start(self) -> NDArray[np.uint8] | None:
        prefix = self._spec.prefix
        return self._spec.first_frame if prefix is None else prefix[-1]

    def _size(self) -> tuple[int, int]:
        spec = self._spec
        if spec.width is None or spec.height is None:
            return CLIP_SIZE if spec.kind == VIDEO else PICTURE_SIZE
        return spec.width, spec.height

    def _words(self) -> dict[str, Any]:
        """What both kinds of work say. A camera is asked for in words."""
        spec = self._spec
        width, height = self._size()
        said = words_of(spec.camera)[0] if spec.camera is not None else ""
        values = {
            "model": self._model.remote_model or None,
            "prompt": f"{spec.prompt}, {said}" if said else spec.prompt,
            "negative_prompt": spec.negative_prompt or None,
            "size": f"{width}x{height}",
            "seed": spec.seed,
            "guidance_scale": spec.guidance,
            "num_inference_steps": spec.steps,
            "quality": spec.quality,
        }
        return {name: value for name, value in values.items() if value is not None}

    def _await(self, job: str, video: dict[str, Any]) -> None:
        """Poll until it is there. Raises EngineFailure or RenderCanceled."""
        pause = POLL_SECONDS
        while video.get("status") in OPEN:
            self._note(max(0, min(100, int(video.get("progress") or 0))))
            self._wait(pause)
            answer = self._insist("GET", f"videos/{job}")
            video, pause = answer.json(), _pause(answer)
        if video.get("status") != "completed":
            error = video.get("error") or {}
            raise EngineFailure(_code(str(error.get("code"))), f"the server says: {error}")
        self._note(100)

    def _fetch(self, job: str) -> bytes:
        data = self._insist("GET", f"videos/{job}/content").content
        if len(data) > FILE_BYTES_MAX:
            raise EngineFailure(ENGINE_ERROR, f"a file of {len(data)} bytes is too large")
        return data

    def _delete(self, job: str) -> None:
        """Tell the server that nobody needs it; if it does not hear, it will find out."""
        try:
            self._client.delete(f"videos/{job}", timeout=5)
        except httpx.HTTPError:
            return

    def _insist(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Ask until there is an answer. A repeated POST carries the key of the first.

        Raises EngineFailure for a refusal and for a server that stays away.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        away_since = time.monotonic()
        while True:
            left = self._deadline - time.monotonic()
            why = ""
            try:
                answer = self._client.request(
                    method, path, headers=headers, timeout=max(1.0, left), **what
                )
            except httpx.TransportError as error:
                why, pause = f"{type(error).__name__}: {error}", AGAIN_SECONDS
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in BUSY:
                    raise _refusal(answer, is_poll=method == "GET")
                why, pause = f"it answers {answer.status_code}", _retry_after(answer)
            if time.monotonic() - away_since > AWAY_SECONDS_MAX:
                raise EngineFailure(WORKER_LOST, f"the server stays away: {why}")
            self._wait(pause)

    def _wait(self, seconds: float) -> None:
        """Raises RenderCanceled when nobody waits any more, EngineFailure at the deadline."""
        if self.stop.wait(min(seconds, max(0.0, self._deadline - time.monotonic()))):
            raise RenderCanceled
        if time.monotonic() >= self._deadline:
            raise EngineFailure(RUN_TIMEOUT, "the server was still at work at the deadline")


def _refusal(answer: httpx.Response, *, is_poll: bool) -> EngineFailure:
    said = answer.text[:500]
    if is_poll and answer.status_code == 404:
        return EngineFailure(WORKER_LOST, f"the server does not know the work any more: {said}")
    return EngineFailure(_code(said), f"the server refuses ({answer.status_code}): {said}")


def _code(said: str) -> str:
    text = said.lower()
    return OUT_OF_MEMORY if "memory" in text or "oom" in text.split("_") else ENGINE_ERROR


def _pause(answer: httpx.Response) -> float:
    """What the server wants between two polls, in seconds."""
    text = answer.headers.get("openai-poll-after-ms", "")
    return min(int(text) / 1000, POLL_SECONDS_MAX) if text.isdigit() else POLL_SECONDS


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), POLL_SECONDS_MAX) if text.isdigit() else AGAIN_SECONDS


def _png(frame: NDArray[np.uint8], width: int, height: int) -> bytes:
    """The frame in the size of the clip: servers want it so."""
    scale = max(width / frame.shape[1], height / frame.shape[0])
    image = Image.fromarray(np.ascontiguousarray(frame))
    if scale < 1:
        size = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    Image.fromarray(fill(np.asarray(image), width, height)).save(file, "PNG")
    return file.getvalue()


def _decoded(data: bytes, width: int, height: int) -> Made:
    """Frames and rate of a file. Raises EngineFailure for one that is no clip."""
    frames: list[NDArray[np.uint8]] = []
    try:
        with av.open(io.BytesIO(data), "r") as container:
            rate = container.streams.video[0].average_rate
            for frame in container.decode(video=0):
                if (len(frames) + 1) * width * height * 3 > FRAME_BYTES_MAX:
                    raise EngineFailure(ENGINE_ERROR, "the clip of the server is too long")
                pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                frames.append(fill(pixels, width, height))
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise EngineFailure(ENGINE_ERROR, f"the server sent no clip: {error}") from error
    if not frames or not rate:
        raise EngineFailure(ENGINE_ERROR, "the server sent a clip without frames")
    row = np.stack(frames)
    row.setflags(write=False)
    return row, max(1, round(rate))
