"""One piece, or a batch of pictures, from a loaded checkpoint: frames in floats, not yet scaled."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generation.engine.adapters import moved
from generation.engine.calls import Given, arguments
from generation.engine.display import fit
from generation.engine.errors import ENGINE_ERROR, EngineFailure
from generation.engine.loader import Checkpoint
from generation.engine.memory import can_tile, tiled
from generation.engine.moves import moves_of
from generation.engine.report import Report
from generation.engine.segments import Segment, segments
from generation.engine.types import RenderSpec
from generation.engine.warp import look

Frames = NDArray[np.floating[Any]]


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


class Maker:
    """Makes pieces of one key with one checkpoint. calls: of the pipeline, for each batch."""

    def __init__(self, checkpoint: Checkpoint, spec: RenderSpec, device: str) -> None:
        self._checkpoint = checkpoint
        self._device = device
        self.profile = checkpoint.profile.at(spec.quality)
        self.size = self.profile.size(spec)
        self._segments = segments(self.profile, checkpoint.model, spec)
        self._saves_memory = False
        self._moves = moves_of(spec.camera, checkpoint.model, self.profile)

    @property
    def camera_route(self) -> str:
        """How the camera is moved, such as `prompt` or `lora+warp`; "" when it stands still."""
        return self._moves.route

    @property
    def calls(self) -> int:
        return len(self._segments)

    def save_memory(self) -> bool:
        """Decode in tiles from now on; False when it does already or cannot."""
        if self._saves_memory or not can_tile(self._checkpoint.pipeline_for(takes_frames=False)):
            return False
        self._saves_memory = True
        return True

    def make(
        self, batch: Sequence[RenderSpec], report: Report, steps_before: int, *, calls_after: int
    ) -> tuple[list[Frames], int]:
        """The frames of each piece, without those it was given, and how many steps they took."""
        generators = [torch.Generator("cpu").manual_seed(spec.seed) for spec in batch]
        spec, taken = batch[0], 0
        made: list[list[Frames]] = [[] for _ in batch]
        given = self._given_first(spec)
        for number, segment in enumerate(self._segments):
            report.stop_if_canceled()
            last = number == len(self._segments) - 1
            if number:
                given = self._own_end(made[0][-1], segment)
            if last and spec.last_frame is not None:
                given = Given(given.start, self._fit(spec.last_frame))
            after = calls_after + len(self._segments) - 1 - number
            steps = Steps(report, steps_before + taken, after)
            pieces = self._call(batch, segment, generators, given, steps)
            if len(pieces) != len(batch):
                raise EngineFailure(ENGINE_ERROR, f"{len(pieces)} pieces came of {len(batch)}")
            for row, frames in zip(made, pieces, strict=True):
                row.append(frames[segment.given :])
            taken += steps.taken
        return [self._looked(spec, np.concatenate(row)) for row in made], taken

    def _call(
        self,
        batch: Sequence[RenderSpec],
        segment: Segment,
        generators: Sequence[torch.Generator],
        given: Given,
        steps: Steps,
    ) -> list[Frames]:
        pipeline = self._checkpoint.pipeline_for(takes_frames=bool(given))
        # A scheduler keeps the state of its last run, of one that was stopped half-way too.
        pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config)
        values = arguments(
            pipeline,
            self.profile,
            batch,
            self.size,
            segment.frames,
            generators,
            given,
            self._moves.words,
        )
        try:
            tiles = tiled(pipeline) if self._saves_memory else nullcontext()
            with tiles, moved(pipeline, self._moves.adapters, self._checkpoint.model.loras):
                output = pipeline(**values, callback_on_step_end=steps.after_step)
        finally:
            # What was stopped half-way keeps its step cache otherwise, for the next one to find.
            pipeline.maybe_free_model_hooks()
        return _pieces_of(output)

    def _given_first(self, spec: RenderSpec) -> Given:
        if spec.first_frame is not None:
            return Given([self._fit(spec.first_frame)])
        if spec.prefix is not None:
            last = spec.prefix[-self._segments[0].given :]
            return Given([self._fit(frame) for frame in last])
        return Given()

    def _own_end(self, frames: Frames, segment: Segment) -> Given:
        """The end of what was just made, for the next call to go on from."""
        shown = (self.size.render_width, self.size.render_height)
        ended = (frames[-segment.given :] * 255).round().clip(0, 255).astype(np.uint8)
        return Given([fit(frame, shown, *shown) for frame in ended])

    def _fit(self, frame: NDArray[np.uint8]) -> Any:
        size = self.size
        shown = self.profile.shown(size)
        return fit(frame, shown, size.render_width, size.render_height)

    def _looked(self, spec: RenderSpec, frames: Frames) -> Frames:
        if not self._moves.warp.moves:
            return frames
        width, height = self.profile.shown(self.size)
        anchored = spec.first_frame is not None or spec.prefix is not None
        return look(
            frames,
            self._moves.warp,
            width=width,
            height=height,
            anchored=anchored,
            device=self._device,
        )


def _pieces_of(output: Any) -> list[Frames]:
    """Float frames [frames, height, width, 3] in 0..1 of every piece that a pipeline made."""
    if hasattr(output, "frames"):
        return [np.asarray(frames) for frames in output.frames]
    return [np.asarray(image)[None] for image in output.images]
