"""The worker's side of the engine: owns one inference child, which can be lost and replaced.

No torch here. The child is a program of its own, started and not forked, because CUDA does not
survive a fork. It may be killed, run out of memory or crash; the render then fails with a code,
and the next one starts a fresh child.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from generation.engine.batch import Batch
from generation.engine.channel import Message
from generation.engine.errors import ENGINE_ERROR, MODEL_UNFIT, RUN_TIMEOUT, EngineFailure
from generation.engine.orders import packed
from generation.engine.spawning import Child
from generation.engine.types import EngineConfig, Outcome, Progress, RenderSpec
from generation.model_registry import PREFIX, VIDEO, Registry

CANCEL_GRACE_SECONDS = 10.0


class ChildEngine:
    """Renders in a child process, one batch of pieces at a time.

    The child starts with the first render or with `warm()`, keeps its checkpoints loaded, and
    ends with this process; on Linux already with the thread that started it, because the kernel
    ties it to that. cancel_grace_seconds: how long a canceled render may take to stop by itself
    (a decode cannot be interrupted) before the child is killed.
    """

    def __init__(
        self, config: EngineConfig, *, cancel_grace_seconds: float = CANCEL_GRACE_SECONDS
    ) -> None:
        models = (replace(one, source=_absolute(one.source)) for one in config.registry.models)
        self._config = replace(config, registry=Registry(tuple(models)))
        self._grace_seconds = cancel_grace_seconds
        self._child: Child | None = None
        self._order = 0
        self._busy = threading.Lock()

    @property
    def batch_max(self) -> int:
        """How many pictures one call of a pipeline renders."""
        return self._config.batch_max

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

    @property
    def prefix_frames(self) -> int:
        """How many last frames of a clip are wanted in order to go on from it."""
        model = self._config.registry.default_for({VIDEO, PREFIX})
        return model.prefix_frames if model is not None else 0

    def warm(self, deadline: float | None = None) -> None:
        """Start the child and load both checkpoints. deadline: a reading of time.monotonic().

        Raises EngineFailure.
        """
        order: Message = {"op": "warm", "specs": []}
        self._run(order, Batch([]), _ignore_progress, _all_wanted, deadline)

    def render_batch(
        self,
        specs: Sequence[RenderSpec],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None = None,
    ) -> list[Outcome]:
        """Render pieces that can share a call, and answer each in its place.

        A piece that fails or is not wanted any more does not touch the others. An outcome is what
        was rendered, RenderCanceled, or an EngineFailure: INTERNAL.OOM, INTERNAL.WORKER_LOST,
        INTERNAL.ENGINE, or TIMEOUT.RUN for what was not ready by `deadline`, a reading of
        time.monotonic(), loading included. Whatever it was, the engine takes the next batch.
        on_progress is called here for every stage and every denoising step. unwanted, asked about
        ten times a second and after every step, names the pieces nobody waits for. Whatever either
        raises stops the render and is raised on. INTERNAL.MODEL: no model of the registry can do
        it. Raises ValueError for pieces of different keys.
        """
        if len({spec.batch_key for spec in specs}) != 1:
            raise ValueError("pieces of one batch are of one kind, size and number of steps")
        batch = Batch(specs)
        try:
            self._refuse_the_impossible(specs[0])
            with packed(specs, self._config.scratch_dir) as (order, file):
                order = {"op": "render", **order}
                self._run(order, batch, on_progress, unwanted, deadline, file)
        except EngineFailure as failure:
            return batch.outcomes(failure)
        return batch.outcomes(EngineFailure(ENGINE_ERROR, "the engine gave no answer"))

    def _refuse_the_impossible(self, spec: RenderSpec) -> None:
        """Raises EngineFailure for work that no model can do: the child need not hear of it."""
        if self._config.registry.choose(spec.needs, spec.model) is None:
            asked = f"the model {spec.model}" if spec.model else "no model"
            verb = "cannot do" if spec.model else "can do"
            raise EngineFailure(MODEL_UNFIT, f"{asked} {verb}: {', '.join(sorted(spec.needs))}")

    def close(self) -> None:
        """End the child. The engine may be used again: it would start another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _run(
        self,
        order: Message,
        batch: Batch,
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None,
        file: int | None = None,
    ) -> None:
        """Send one order and see it to its end. Raises EngineFailure for what has no answer yet."""
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("this engine is rendering: one engine renders one thing at a time")
        try:
            child = self._living_child()
            self._order += 1
            child.send({**order, "id": self._order}, file)
            try:
                self._attend(child, batch, on_progress, unwanted, deadline)
            except EngineFailure:
                raise
            except BaseException:
                # The caller's own function failed, or the worker is being ended.
                self._halt(child, batch, time.monotonic() + self._grace_seconds)
                raise
        finally:
            self._busy.release()

    def _attend(
        self,
        child: Child,
        batch: Batch,
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None,
    ) -> None:
        while True:
            message = child.receive()
            if message is not None and self._ends(child, batch, message):
                return
            dropped = batch.drop(unwanted())
            if dropped:
                child.send({"op": "cancel", "id": self._order, "pieces": dropped})
            if dropped and batch.awaited == 0:
                # Nobody waits: it may stop by itself, at the next step, for a while.
                self._halt(child, batch, time.monotonic() + self._grace_seconds)
                return
            if deadline is not None and time.monotonic() >= deadline:
                self._halt(child, batch, deadline + self._grace_seconds)
                raise EngineFailure(RUN_TIMEOUT, "the render was still running at its deadline")
            if message is not None and message["event"] == "progress":
                on_progress(Progress(message["stage"], message["step"], message["of"]))

    def _ends(self, child: Child, batch: Batch, message: Message) -> bool:
        """Whether the message is the last of its order. Raises EngineFailure for a broken one."""
        if message["event"] == "broken":
            if message["fatal"]:
                child.kill()
            raise EngineFailure(message["code"], message["message"])
        batch.take(message)
        return bool(message["event"] == "done")

    def _halt(self, child: Child, batch: Batch, kill_at: float) -> None:
        """Make the child stop its order; kill it when it has not by `kill_at`."""
        try:
            pieces = list(range(len(batch.specs)))
            child.send({"op": "cancel", "id": self._order, "pieces": pieces})
            while time.monotonic() < kill_at:
                message = child.receive()
                if message is not None and self._ends(child, batch, message):
                    return
        except EngineFailure:
            return  # lost, or broken off: as good as stopped
        child.kill()

    def _living_child(self) -> Child:
        # A child lost between two renders is no failure of the next one.
        if self._child is None or not self._child.alive:
            self.close()
            self._child = Child(self._config)
        return self._child


def _absolute(source: str) -> str:
    return str(Path(source).resolve()) if Path(source).is_dir() else source


def _ignore_progress(progress: Progress) -> None:
    """Nobody watches a warm-up."""


def _all_wanted() -> Collection[int]:
    return ()
