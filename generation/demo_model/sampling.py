"""Pictures and clips from an exported folder, through plain diffusers as anyone would load it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from generation.demo_model.drawing import SIDE
from generation.engine.profiles import profile_of

BATCH = 8


class Sampler:
    """A loaded checkpoint, called as its engine profile says."""

    def __init__(self, folder: Path) -> None:
        transformers.logging.disable_progress_bar()
        diffusers.logging.disable_progress_bar()
        diffusers.logging.set_verbosity_error()
        self._pipeline: Any = diffusers.DiffusionPipeline.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )
        self._pipeline.set_progress_bar_config(disable=True)
        self._profile = profile_of(folder, type(self._pipeline).__name__)

    def stills(self, prompts: Sequence[str], seed: int = 0) -> NDArray[np.float32]:
        """One frame for each prompt: [prompts, 1, side, side, 3] in 0..1."""
        return self.clips(prompts, 1, seed)

    def clips(
        self, prompts: Sequence[str], frames: int, seed: int = 0, **conditions: Any
    ) -> NDArray[np.float32]:
        """A clip for each prompt: [prompts, frames, side, side, 3] in 0..1.

        Prompt k of all has the seed `seed + k`. conditions: `image` or `video` of the pipeline,
        for up to 8 prompts.
        """
        made = []
        for start in range(0, len(prompts), BATCH):
            asked = list(prompts[start : start + BATCH])
            seeds = (seed + start + index for index in range(len(asked)))
            answer = self._pipeline(
                **self._profile.call,
                prompt=asked,
                width=SIDE,
                height=SIDE,
                num_frames=frames,
                frame_rate=self._profile.fps,
                num_inference_steps=self._profile.steps,
                guidance_scale=self._profile.guidance,
                generator=[torch.Generator().manual_seed(value) for value in seeds],
                output_type="np",
                **conditions,
            )
            made.append(np.asarray(answer.frames, np.float32))
        return np.concatenate(made)
