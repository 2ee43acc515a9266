"""The worker's side of the engine: owns one inference child, which can be lost and replaced.

No torch here. The child is a program of its own, started and not forked, because CUDA does not
survive a fork. It may be killed, run out of memory or crash; the render then fails with a code,
and the next one starts a fresh child.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from generation.engine.channel import Channel, Message
from generation.engine.errors import (
    ENGINE_ERROR,
    RUN_TIMEOUT,
    WORKER_LOST,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.types import EngineConfig, Progress, Rendered, RenderSpec

POLL_SECONDS = 0.1
CANCEL_GRACE_SECONDS = 10.0
# Folder above `generation`, from which the child imports it.
IMPORT_ROOT = Path(__file__).resolve().parents[2]
CHILD_ENVIRONMENT = {
    # Serving never downloads: a checkpoint is on disk before a job is (generation.engine.pull).
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # Images often forbid bytecode caches; without them importing torch takes 13 s instead of 4.
    "PYTHONDONTWRITEBYTECODE": "",
}
CHILD_DEFAULTS = {
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for a neighbour spin otherwise: ten times slower on a busy machine.
    "OMP_WAIT_POLICY": "PASSIVE",
}


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
        self._child: _Child | None = None
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
        child: _Child,
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

    def _halt(self, child: _Child, kill_at: float) -> None:
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

    def _living_child(self) -> _Child:
        # A child lost between two renders is no failure of the next one.
        if self._child is None or not self._child.alive:
            self.close()
            self._child = _Child(self._config)
        return self._child


class _Child:
    """One spawned interpreter and the channel to it."""

    def __init__(self, config: EngineConfig) -> None:
        config.scratch_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "generation.engine.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=IMPORT_ROOT,
                env={**CHILD_DEFAULTS, **os.environ, **CHILD_ENVIRONMENT},
                stdin=subprocess.DEVNULL,
            )
        self._channel = Channel(ours)
        settings = {**asdict(config), "scratch_dir": str(config.scratch_dir.resolve())}
        self.send({"op": "configure", "config": settings, "parent": os.getpid()})

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: Message) -> None:
        """Send one message. Raises EngineFailure when the child is lost."""
        try:
            self._channel.send(message)
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> Message | None:
        """The next message, None when none came soon. Raises EngineFailure when it is lost."""
        try:
            return self._channel.receive(POLL_SECONDS)
        except (EOFError, OSError) as error:
            raise self._lost() from error

    def _lost(self) -> EngineFailure:
        """Make sure the child is gone, and say how it went."""
        try:
            status = self._process.wait(timeout=1)
            end = f"was killed by signal {-status}" if status < 0 else f"exited with {status}"
        except subprocess.TimeoutExpired:
            end = "closed its channel"
        self.kill()
        return EngineFailure(WORKER_LOST, f"the inference process {end}")

    def kill(self) -> None:
        """End the child at once, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def end(self) -> None:
        """End the child: it leaves when its channel closes."""
        self._channel.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill()


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
