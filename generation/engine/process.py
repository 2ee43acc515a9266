"""The worker's side of the engine: owns one inference child, which can be lost and replaced.

No torch here. The child is a program of its own, started and not forked, because CUDA does not
survive a fork. It may be killed, run out of memory or crash; the render then fails with a code,
and the next one starts a fresh child.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from generation.engine.channel import Message
from generation.engine.errors import (
    ENGINE_ERROR,
    RUN_TIMEOUT,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.spawning import Child
from generation.engine.types import EngineConfig, Progress, Rendered, RenderSpec

CANCEL_GRACE_SECONDS = 10.0


class ChildEngine:
    """Renders in a child process, one render at a time.

    The child starts with the first render or with `warm()`, keeps its checkpoints loaded, and
    ends with this process; on Linux already with the thread that started it, because the kernel
    ties it to that. cancel_grace_seconds: how long a canceled render may take to stop by itself
    (a decode cannot be interrupted) before the child is killed.
    """

    def __init__(
        self, config: EngineConfig, *, cancel_grace_seconds: float = CANCEL_GRACE_SECONDS
    ) -> None:
        self._config = replace(
            config,
            image_model=_absolute_if_folder(config.image_model),
            video_model=_absolute_if_folder(config.video_model),
        )
        self._grace_seconds = cancel_grace_seconds
        self._child: Child | None = None
        self._order = 0
        self._busy = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the living child, None when there is none."""
        return self._child.pid if self._child is not None and self._child.alive else None

    def warm(self, deadline: float | None = None) -> None:
        """Start the child and load both checkpoints. deadline: a reading of time.monotonic().

        Raises EngineFailure as `render` does.
        """
        self._run({"op": "warm"}, _ignore_progress, _never, deadline)

    def render(
        self,
        spec: RenderSpec,
        on_progress: Callable[[Progress], None],
        should_cancel: Callable[[], bool],
        deadline: float | None = None,
    ) -> Rendered:
        """Render `spec`. deadline: a reading of time.monotonic(), loading included.

        on_progress is called here for every stage and every denoising step. should_cancel is
        asked about ten times a second and after every step. Whatever either raises stops the
        render and is raised on.
        Raises RenderCanceled, or EngineFailure with INTERNAL.OOM, INTERNAL.WORKER_LOST,
        INTERNAL.ENGINE or TIMEOUT.RUN. After any of them the engine takes the next render.
        """
        done = self._run(
            {"op": "render", "spec": asdict(spec)}, on_progress, should_cancel, deadline
        )
        frames = _map_frames(done)
        return Rendered(
            frames=frames,
            fps=done["fps"],
            width=frames.shape[2],
            height=frames.shape[1],
            seconds_contract=spec.seconds,
            model=done["model"],
            revision=done["revision"],
            versions=done["versions"],
            render_seconds=done["render_seconds"],
            device=done["device"],
        )

    def close(self) -> None:
        """End the child. The engine may be used again: it would start another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _run(
        self,
        order: Message,
        on_progress: Callable[[Progress], None],
        should_cancel: Callable[[], bool],
        deadline: float | None,
    ) -> Message:
        """Send one order and see it to its end. Returns the child's `done` message."""
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("this engine is rendering: one engine renders one thing at a time")
        try:
            child = self._living_child()
            self._order += 1
            child.send({**order, "id": self._order})
            try:
                return self._attend(child, on_progress, should_cancel, deadline)
            except (EngineFailure, RenderCanceled):
                raise
            except BaseException:
                # The caller's own function failed, or the worker is being ended.
                self._halt(child, time.monotonic() + self._grace_seconds)
                raise
        finally:
            self._busy.release()

    def _attend(
        self,
        child: Child,
        on_progress: Callable[[Progress], None],
        should_cancel: Callable[[], bool],
        deadline: float | None,
    ) -> Message:
        while True:
            message = child.receive()
            if message is not None and message["event"] == "done":
                return message
            if message is not None and message["event"] == "failed":
                if message["fatal"]:
                    child.kill()
                raise EngineFailure(message["code"], message["message"])
            if should_cancel():
                self._halt(child, time.monotonic() + self._grace_seconds)
                raise RenderCanceled
            if deadline is not None and time.monotonic() >= deadline:
                self._halt(child, deadline + self._grace_seconds)
                raise EngineFailure(RUN_TIMEOUT, "the render was still running at its deadline")
            if message is not None and message["event"] == "progress":
                on_progress(Progress(message["stage"], message["step"], message["of"]))

    def _halt(self, child: Child, kill_at: float) -> None:
        """Make the child stop its render; kill it when it has not by `kill_at`."""
        with contextlib.suppress(EngineFailure):  # lost is as good as stopped
            child.send({"op": "cancel", "id": self._order})
            while time.monotonic() < kill_at:
                message = child.receive()
                if message is None or message["event"] == "progress":
                    continue
                if message["file"] is not False:
                    os.close(message["file"])
                if message.get("fatal"):
                    break
                return
        child.kill()

    def _living_child(self) -> Child:
        # A child lost between two renders is no failure of the next one.
        if self._child is None or not self._child.alive:
            self.close()
            self._child = Child(self._config)
        return self._child


def _map_frames(done: Message) -> NDArray[np.uint8]:
    """Map the nameless file of a `done` message. Raises EngineFailure when it has another size."""
    shape: tuple[int, ...] = tuple(done["shape"])
    descriptor: int = done["file"]
    try:
        size = os.fstat(descriptor).st_size
        if len(shape) != 4 or shape[3] != 3 or min(shape) < 1 or size != int(np.prod(shape)):
            raise EngineFailure(ENGINE_ERROR, f"frames {shape} do not fit a file of {size} bytes")
        mapped = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
    return np.frombuffer(mapped, np.uint8).reshape(shape)


def _absolute_if_folder(model: str) -> str:
    return str(Path(model).resolve()) if Path(model).is_dir() else model


def _ignore_progress(progress: Progress) -> None:
    """Nobody watches a warm-up."""


def _never() -> bool:
    return False
