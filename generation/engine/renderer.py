"""The child's side of a render: checkpoint, denoising, decoding, delivered frames."""

from __future__ import annotations

import gc
import os
import tempfile
import time
import traceback
from collections.abc import Sequence
from typing import IO, Any

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from generation.engine.cache import Cache
from generation.engine.display import fill
from generation.engine.errors import (
    ENGINE_ERROR,
    MODEL_UNFIT,
    OUT_OF_MEMORY,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.loader import Checkpoint
from generation.engine.making import Maker
from generation.engine.profiles import Size
from generation.engine.report import Report
from generation.engine.types import EngineConfig, RenderSpec
from generation.model_registry import IMAGE, VIDEO

# Small checkpoints get slower by sharing a step among many threads, and much slower when the
# other processes of the machine want the same cores.
CPU_THREADS_MAX = 4
VERSIONS = {
    "torch": torch.__version__,
    "diffusers": diffusers.__version__,
    "transformers": transformers.__version__,
}


class Renderer:
    """Owns the device and the checkpoints that are loaded on it."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._device = config.device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._cache = Cache(self._device, config.cache_mb)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        diffusers.logging.set_verbosity_error()
        diffusers.logging.disable_progress_bar()
        if self._device == "cpu" and "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(max(1, min(CPU_THREADS_MAX, torch.get_num_threads() // 2)))

    def warm(self) -> None:
        """Load the default models of pictures and clips."""
        for kind in (IMAGE, VIDEO):
            model = self._config.registry.default_for({kind})
            if model is not None and model.source:
                self._cache.get(model)

    def render(self, specs: Sequence[RenderSpec], report: Report) -> None:
        """Render pieces that can share a call, up to `batch_max` in each, and report every one.

        A call that fails is split until the piece at fault is alone: it fails and the others are
        made. One that is alone and lacks memory is tried again, decoded in tiles. Raises
        EngineFailure, OSError or ValueError when there is no checkpoint for them, and what breaks
        this process for good: see `is_broken`.
        """
        model = self._config.registry.choose(specs[0].needs, specs[0].model)
        if model is None:
            raise EngineFailure(MODEL_UNFIT, f"no model does {sorted(specs[0].needs)}")
        checkpoint = self._cache.get(model)
        maker = Maker(checkpoint, specs[0], self._device)
        # Clips fill a device alone.
        at_once = 1 if specs[0].kind == VIDEO else model.batch_max or self._config.batch_max
        todo = [range(first, len(specs))[:at_once] for first in range(0, len(specs), at_once)]
        steps_before = 0
        while todo:
            report.at_work_on = todo.pop(0)
            try:
                steps_before += self._render_at_once(
                    checkpoint, maker, specs, report, steps_before, batches_after=len(todo)
                )
            except RenderCanceled:
                for piece in report.at_work_on:
                    report.canceled(piece)
            except Exception as error:
                if self.is_broken(error):
                    raise
                traceback.print_exception(error)
                failure = self.explain(error)
                if len(report.at_work_on) > 1:
                    half = len(report.at_work_on) // 2
                    todo[:0] = [report.at_work_on[:half], report.at_work_on[half:]]
                elif failure.code == OUT_OF_MEMORY and maker.save_memory():
                    todo[:0] = [report.at_work_on]
                else:
                    report.failed(report.at_work_on[0], failure)

    def _render_at_once(
        self,
        checkpoint: Checkpoint,
        maker: Maker,
        specs: Sequence[RenderSpec],
        report: Report,
        steps_before: int,
        *,
        batches_after: int,
    ) -> int:
        """One batch of the pieces at work; how many steps it took."""
        started = time.monotonic()
        pieces = report.at_work_on
        batch = [specs[piece] for piece in pieces]
        made, steps = maker.make(
            batch, report, steps_before, calls_after=maker.calls * batches_after
        )
        facts = {
            "fps": maker.profile.fps if batch[0].kind == VIDEO else 0,
            "model": checkpoint.source,
            "model_id": checkpoint.model.id,
            "revision": checkpoint.revision,
            "versions": VERSIONS,
            "render_seconds": (time.monotonic() - started) / len(batch),
            "device": self._device,
            "rendered_with": len(batch),
            "camera": maker.camera_route,
        }
        for piece, frames in zip(pieces, made, strict=True):
            self._hand_over(piece, frames, maker.size, facts, report)
        return steps

    def _hand_over(
        self,
        piece: int,
        frames: NDArray[np.floating[Any]],
        size: Size,
        facts: dict[str, Any],
        report: Report,
    ) -> None:
        """Write one piece and send it; whatever is wrong with it is no other piece's fault."""
        if not report.wanted(piece):
            report.canceled(piece)
            return
        shape = [len(frames), size.height, size.width, 3]
        try:
            # A file without a name: a child that is killed leaves nothing behind.
            with tempfile.TemporaryFile(dir=self._config.scratch_dir) as file:
                _write(frames, size, file)
                report.rendered(piece, {"shape": shape, **facts}, file.fileno())
        except Exception as error:
            traceback.print_exception(error)
            report.failed(piece, self.explain(error))

    def explain(self, error: Exception) -> EngineFailure:
        """The failure to answer with. Frees what the failed render held."""
        if isinstance(error, EngineFailure):
            return error
        error.__traceback__ = None  # its frames hold the tensors of the failed render
        gc.collect()
        if self._device != "cpu" and not self.is_broken(error):
            torch.cuda.empty_cache()
        code = OUT_OF_MEMORY if _is_out_of_memory(error) else ENGINE_ERROR
        return EngineFailure(code, f"{type(error).__name__}: {error}")

    def is_broken(self, error: Exception) -> bool:
        """Whether this process cannot render again: a CUDA context does not survive its errors."""
        return isinstance(error, torch.AcceleratorError) and not _is_out_of_memory(error)


def _write(frames: NDArray[np.floating[Any]], size: Size, file: IO[bytes]) -> None:
    """Write delivered frames one by one: a clip in floats is large enough once."""
    for frame in frames:
        if not np.isfinite(frame).all():
            raise EngineFailure(ENGINE_ERROR, "the checkpoint made no picture: not a number")
        pixels = (frame * 255).round().clip(0, 255).astype(np.uint8)
        file.write(fill(pixels, size.width, size.height).data)
    file.flush()


def _is_out_of_memory(error: Exception) -> bool:
    # The CPU allocator says it in words only.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )
