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

from generation.engine.display import fill
from generation.engine.errors import (
    ENGINE_ERROR,
    OUT_OF_MEMORY,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.loader import Checkpoint, load
from generation.engine.profiles import Size
from generation.engine.report import Report
from generation.engine.types import IMAGE, VIDEO, EngineConfig, RenderSpec

# Small checkpoints get slower by sharing a step among many threads, and much slower when the
# other processes of the machine want the same cores.
CPU_THREADS_MAX = 4
VERSIONS = {
    "torch": torch.__version__,
    "diffusers": diffusers.__version__,
    "transformers": transformers.__version__,
}


class Steps:
    """Reports the steps of one call among those of all calls of an order."""

    def __init__(self, report: Report, before: int, calls_after: int) -> None:
        self._report = report
        self._before = before
        self._calls_after = calls_after
        self.taken = 0

    def after_step(
        self, pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        """What diffusers calls after each step. Raises RenderCanceled to stop it."""
        self.taken = index + 1
        of = self._before + pipe.num_timesteps * (1 + self._calls_after)
        self._report.stage("denoise", self._before + self.taken, of)
        if self.taken == pipe.num_timesteps and not self._calls_after:
            self._report.stage("decode")
        return {}


class Renderer:
    """Owns the device and the checkpoints that are loaded on it."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._device = config.device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._loaded: dict[tuple[str, str | None], Checkpoint] = {}
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        diffusers.logging.set_verbosity_error()
        diffusers.logging.disable_progress_bar()
        if self._device == "cpu" and "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(max(1, min(CPU_THREADS_MAX, torch.get_num_threads() // 2)))

    def warm(self) -> None:
        """Load the checkpoints of both kinds."""
        for kind in (IMAGE, VIDEO):
            self._checkpoint(kind)

    def render(self, specs: Sequence[RenderSpec], report: Report) -> None:
        """Render pieces that can share a call, up to `batch_max` in each, and report every one.

        A call that fails is split until the piece at fault is alone: it fails and the others are
        made. Raises EngineFailure, OSError or ValueError when there is no checkpoint for them, and
        what breaks this process for good: see `is_broken`.
        """
        checkpoint = self._checkpoint(specs[0].kind)
        at_once = 1 if specs[0].kind == VIDEO else self._config.batch_max
        todo = [range(first, len(specs))[:at_once] for first in range(0, len(specs), at_once)]
        steps_before = 0
        while todo:
            report.at_work_on = todo.pop(0)
            try:
                steps_before += self._render_at_once(
                    checkpoint, specs, report, steps_before, calls_after=len(todo)
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
                else:
                    report.failed(report.at_work_on[0], failure)

    def _render_at_once(
        self,
        checkpoint: Checkpoint,
        specs: Sequence[RenderSpec],
        report: Report,
        steps_before: int,
        *,
        calls_after: int,
    ) -> int:
        """One call of the pipeline for the pieces at work; how many steps it took."""
        report.stop_if_canceled()
        started = time.monotonic()
        pieces = report.at_work_on
        batch = [specs[piece] for piece in pieces]
        size = checkpoint.profile.size(batch[0])
        steps = Steps(report, steps_before, calls_after)
        output = checkpoint.pipeline(**self._call(checkpoint, batch, size, steps))
        made = _pieces_of(output)
        if len(made) != len(batch):
            raise EngineFailure(ENGINE_ERROR, f"{len(made)} pieces came of {len(batch)}")
        facts = {
            "fps": checkpoint.profile.fps if batch[0].kind == VIDEO else 0,
            "model": checkpoint.source,
            "revision": checkpoint.revision,
            "versions": VERSIONS,
            "render_seconds": (time.monotonic() - started) / len(batch),
            "device": self._device,
            "rendered_with": len(batch),
        }
        for piece, frames in zip(pieces, made, strict=True):
            self._hand_over(piece, frames, size, facts, report)
        return steps.taken

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

    def _checkpoint(self, kind: str) -> Checkpoint:
        """The checkpoint of a kind. Two kinds of one checkpoint share its weights."""
        config = self._config
        key = (
            (config.image_model, config.image_revision)
            if kind == IMAGE
            else (config.video_model, config.video_revision)
        )
        if key not in self._loaded:
            self._loaded[key] = load(*key, self._device)
        checkpoint = self._loaded[key]
        if kind == VIDEO and not checkpoint.makes_video:
            raise EngineFailure(ENGINE_ERROR, f"{checkpoint.source} makes pictures, no video")
        return checkpoint

    def _call(
        self, checkpoint: Checkpoint, batch: Sequence[RenderSpec], size: Size, steps: Steps
    ) -> dict[str, Any]:
        """Keyword arguments of the pipeline for one call. Starts it with a fresh scheduler."""
        pipeline, profile = checkpoint.pipeline, checkpoint.profile
        # A scheduler keeps the state of its last run, of one that was stopped half-way too.
        pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config)
        spec = batch[0]
        kept_out = [one.negative_prompt for one in batch]
        frames = profile.frames(spec.seconds) if spec.kind == VIDEO else 1
        wanted = {
            **profile.call,
            "prompt": [one.prompt for one in batch],
            "negative_prompt": kept_out if any(kept_out) else None,
            "width": size.render_width,
            "height": size.render_height,
            "num_frames": frames,
            "frame_rate": profile.fps,
            "guidance_scale": profile.guidance if spec.guidance is None else spec.guidance,
            "num_inference_steps": spec.steps or profile.steps,
            # On the CPU everywhere, so that a seed means the same noise on every device; one for
            # each piece, so that it means the same noise in every place of a batch.
            "generator": [torch.Generator("cpu").manual_seed(one.seed) for one in batch],
            "callback_on_step_end": steps.after_step,
            "output_type": "np",
        }
        return {
            name: value
            for name, value in wanted.items()
            if name in checkpoint.parameters and value is not None
        }


def _write(frames: NDArray[np.floating[Any]], size: Size, file: IO[bytes]) -> None:
    """Write delivered frames one by one: a clip in floats is large enough once."""
    for frame in frames:
        if not np.isfinite(frame).all():
            raise EngineFailure(ENGINE_ERROR, "the checkpoint made no picture: not a number")
        pixels = (frame * 255).round().clip(0, 255).astype(np.uint8)
        file.write(fill(pixels, size.width, size.height).data)
    file.flush()


def _pieces_of(output: Any) -> list[NDArray[np.floating[Any]]]:
    """Float frames [frames, height, width, 3] in 0..1 of every piece that a pipeline made."""
    if hasattr(output, "frames"):
        return [np.asarray(frames) for frames in output.frames]
    return [np.asarray(image)[None] for image in output.images]


def _is_out_of_memory(error: Exception) -> bool:
    # The CPU allocator says it in words only.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )
