"""An engine on another server: any that speaks OpenAI's video and image API, such as vLLM-omni.

The same interface as `process.ChildEngine`, chosen by a registry entry with a `remote` address.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import httpx

from generation.engine.errors import (
    ENGINE_ERROR,
    MODEL_UNFIT,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.remote_call import Made, RemoteCall
from generation.engine.types import Outcome, Progress, Rendered, RenderSpec
from generation.model_registry import Model

AT_ONCE = 4
WATCH_SECONDS = 0.05
# When nobody sets a deadline.
LONGEST_SECONDS = 3600.0


class RemoteEngine:
    """Renders on a server, up to `model.batch_max` pieces of a batch at once.

    environ: where the key is looked up, by the name in the registry.
    """

    def __init__(self, model: Model, environ: Mapping[str, str]) -> None:
        self._model = model
        self._key = environ.get(model.key_env, "") if model.key_env else ""
        self._client: httpx.Client | None = None

    @property
    def batch_max(self) -> int:
        """How many pieces are asked for at once."""
        return self._model.batch_max or AT_ONCE

    @property
    def prefix_frames(self) -> int:
        """How many last frames of a clip are wanted in order to go on from it."""
        return self._model.prefix_frames

    def warm(self, deadline: float | None = None) -> None:
        """Look whether the server answers. Raises EngineFailure."""
        try:
            answer = self._http().get("models", timeout=10)
        except httpx.HTTPError as error:
            raise EngineFailure(ENGINE_ERROR, f"{self._model.remote} is away: {error}") from error
        if answer.status_code in (401, 403):
            raise EngineFailure(ENGINE_ERROR, f"{self._model.remote} does not take the key")

    def close(self) -> None:
        """Leave the server. The engine may be used again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def render_batch(
        self,
        specs: Sequence[RenderSpec],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None = None,
    ) -> list[Outcome]:
        """Render pieces that could share a call; see `ChildEngine.render_batch`."""
        if len({spec.batch_key for spec in specs}) != 1:
            raise ValueError("pieces of one batch are of one kind, size and number of steps")
        if not self._model.can(specs[0].needs):
            why = self._model.refusal(specs[0].needs)
            return [EngineFailure(MODEL_UNFIT, why) for _ in specs]
        on_progress(Progress("load"))
        until = time.monotonic() + LONGEST_SECONDS if deadline is None else deadline
        shares: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        try:
            client = self._http()
        except EngineFailure as failure:
            return [failure for _ in specs]
        calls = [
            RemoteCall(client, self._model, spec, until, _noting(shares, piece))
            for piece, spec in enumerate(specs)
        ]
        pool = ThreadPoolExecutor(self.batch_max)
        try:
            started = [pool.submit(_timed, call) for call in calls]
            self._watch(calls, started, shares, on_progress, unwanted)
        except BaseException:
            for call in calls:
                call.stop.set()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return [
            self._outcome(spec, call, future, len(specs))
            for spec, call, future in zip(specs, calls, started, strict=True)
        ]

    def _http(self) -> httpx.Client:
        """The connection to the server. Raises EngineFailure without its key."""
        if self._model.key_env and not self._key:
            raise EngineFailure(ENGINE_ERROR, f"{self._model.key_env} is not set: it has the key")
        if self._client is None:
            headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
            self._client = httpx.Client(
                base_url=self._model.remote.rstrip("/") + "/", headers=headers
            )
        return self._client

    def _watch(
        self,
        calls: Sequence[RemoteCall],
        started: Sequence[Future[tuple[Made, float]]],
        shares: queue.SimpleQueue[tuple[int, int]],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
    ) -> None:
        """Stay until every piece has ended or is unwanted, telling how far they are."""
        done = [0] * len(calls)
        told = 0
        while True:
            for piece in unwanted():
                calls[piece].stop.set()
            try:
                piece, share = shares.get(timeout=WATCH_SECONDS)
                done[piece] = max(done[piece], share)
            except queue.Empty:
                pass
            percent = sum(done) // len(done)
            if percent > told:
                told = percent
                on_progress(Progress("denoise", told, 100))
            if all(
                future.done() or call.stop.is_set()
                for call, future in zip(calls, started, strict=True)
            ):
                break
        if any(future.done() and not future.exception() for future in started):
            on_progress(Progress("decode"))

    def _outcome(
        self,
        spec: RenderSpec,
        call: RemoteCall,
        future: Future[tuple[Made, float]],
        rendered_with: int,
    ) -> Outcome:
        if call.stop.is_set() or future.cancelled():
            return RenderCanceled()
        error = future.exception()
        if isinstance(error, EngineFailure | RenderCanceled):
            return error
        if error is not None:
            return EngineFailure(ENGINE_ERROR, f"{type(error).__name__}: {error}")
        (frames, fps), seconds = future.result()
        return Rendered(
            frames=frames,
            fps=fps,
            width=frames.shape[2],
            height=frames.shape[1],
            seconds_contract=spec.seconds,
            model=self._model.remote_model or self._model.id,
            revision=self._model.revision or "",
            versions={},
            render_seconds=seconds,
            device="remote",
            rendered_with=rendered_with,
            model_id=self._model.id,
            camera="prompt" if spec.camera is not None and spec.camera.moves else "",
        )


def _timed(call: RemoteCall) -> tuple[Made, float]:
    started = time.monotonic()
    return call.make(), time.monotonic() - started


def _noting(shares: queue.SimpleQueue[tuple[int, int]], piece: int) -> Callable[[int], None]:
    return lambda share: shares.put((piece, share))
