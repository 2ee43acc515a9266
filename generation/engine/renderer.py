"""The child's side of a render: checkpoint, denoising, decoding, delivered frames."""

from __future__ import annotations

import gc
import os
import time
from typing import IO, Any

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from generation.engine.display import fill
from generation.engine.errors import ENGINE_ERROR, OUT_OF_MEMORY, EngineFailure
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

    def render(self, spec: RenderSpec, report: Report, file: IO[bytes]) -> dict[str, Any]:
        """Render `spec` into `file` as uint8 [frames, height, width, 3].

        Returns the facts of a `done` message. Raises RenderCanceled, EngineFailure, and whatever
        torch and diffusers raise: see `explain`.
        """
        checkpoint = self._checkpoint(spec.kind)
        report.stop_if_canceled()
        started = time.monotonic()
        size = checkpoint.profile.size(spec)
        frames = _frames_of(checkpoint.pipeline(**self._call(checkpoint, spec, size, report)))
        _write(frames, size, file)
        return {
            "shape": [len(frames), size.height, size.width, 3],
            "fps": checkpoint.profile.fps if spec.kind == VIDEO else 0,
            "model": checkpoint.source,
            "revision": checkpoint.revision,
            "versions": VERSIONS,
            "render_seconds": time.monotonic() - started,
            "device": self._device,
        }

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
        self, checkpoint: Checkpoint, spec: RenderSpec, size: Size, report: Report
    ) -> dict[str, Any]:
        """Keyword arguments of the pipeline for one render. Starts it with a fresh scheduler."""
        pipeline, profile = checkpoint.pipeline, checkpoint.profile
        # A scheduler keeps the state of its last run, of one that was stopped half-way too.
        pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config)

        def after_step(
            pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]
        ) -> dict[str, Any]:
            report.stage("denoise", index + 1, pipe.num_timesteps)
            if index + 1 == pipe.num_timesteps:
                report.stage("decode")
            return {}

        frames = profile.frames(spec.seconds) if spec.kind == VIDEO else 1
        wanted = {
            **profile.call,
            "prompt": spec.prompt,
            "negative_prompt": spec.negative_prompt or None,
            "width": size.render_width,
            "height": size.render_height,
            "num_frames": frames,
            "frame_rate": profile.fps,
            "guidance_scale": profile.guidance if spec.guidance is None else spec.guidance,
            "num_inference_steps": spec.steps or profile.steps,
            # On the CPU everywhere, so that a seed means the same noise on every device.
            "generator": [torch.Generator("cpu").manual_seed(spec.seed)],
            "callback_on_step_end": after_step,
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


def _frames_of(output: Any) -> NDArray[np.floating[Any]]:
    """Float frames [frames, height, width, 3] in 0..1 of the one piece a pipeline made."""
    if hasattr(output, "frames"):
        return np.asarray(output.frames[0])
    return np.asarray(output.images)


def _is_out_of_memory(error: Exception) -> bool:
    # The CPU allocator says it in words only.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )
