"""The keyword arguments of a pipeline for one call, and what frames it is given, by its family."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
from PIL import Image

from generation.engine.errors import MODEL_UNFIT, EngineFailure
from generation.engine.profiles import Profile, Size
from generation.engine.types import RenderSpec


@dataclass(frozen=True, slots=True)
class Given:
    """Frames that a call is given, fitted: those it starts with, and the one it ends with."""

    start: Sequence[Image.Image] = ()
    end: Image.Image | None = None

    def __bool__(self) -> bool:
        return bool(self.start) or self.end is not None


def arguments(
    pipeline: Any,
    profile: Profile,
    batch: Sequence[RenderSpec],
    size: Size,
    frames: int,
    generators: Sequence[torch.Generator],
    given: Given,
    said: str,
) -> dict[str, Any]:
    """Keyword arguments for `batch`, whose pieces have one key. Raises EngineFailure.

    said: words that are added to every prompt.
    generators: on the CPU everywhere, so that a seed means the same noise on every device; one for
    each piece, so that it means the same noise in every place of a batch.
    """
    spec = batch[0]
    steps = spec.steps or profile.steps
    kept_out = [one.negative_prompt for one in batch]
    wanted = {
        **profile.call,
        "prompt": [f"{one.prompt}, {said}" if said else one.prompt for one in batch],
        "negative_prompt": kept_out if any(kept_out) else None,
        "width": size.render_width,
        "height": size.render_height,
        "num_frames": frames,
        "frame_rate": profile.fps,
        "guidance_scale": profile.guidance if spec.guidance is None else spec.guidance,
        "num_inference_steps": steps,
        "generator": list(generators),
        "output_type": "np",
    }
    if wanted.get("timesteps") is not None and steps:
        wanted["timesteps"] = _spread(wanted["timesteps"], steps)
    parameters = inspect.signature(type(pipeline).__call__).parameters
    kept = {name: it for name, it in wanted.items() if name in parameters and it is not None}
    return kept | (_conditions(type(pipeline).__name__, given, frames) if given else {})


def _spread(timesteps: Sequence[float], steps: int) -> list[float]:
    """The profile's own timesteps, for another number of steps."""
    if len(timesteps) == steps:
        return list(timesteps)
    line = np.arange(steps) / steps * len(timesteps)
    return list(np.interp(line, np.arange(len(timesteps) + 1), [*timesteps, 0.0]))


def _conditions(pipeline_class: str, given: Given, frames: int) -> dict[str, Any]:
    """What the family calls its given frames."""
    if pipeline_class == "LTXConditionPipeline":
        conditions = []
        if len(given.start) > 1:
            conditions.append(LTXVideoCondition(video=list(given.start), frame_index=0))
        elif given.start:
            conditions.append(LTXVideoCondition(image=given.start[0], frame_index=0))
        if given.end is not None:
            conditions.append(LTXVideoCondition(image=given.end, frame_index=frames - 1))
        # By default the pipeline puts noise on what it was given.
        return {"conditions": conditions, "image_cond_noise_scale": 0.0}
    if pipeline_class == "WanImageToVideoPipeline":
        end = {} if given.end is None else {"last_image": given.end}
        return {"image": given.start[-1], **end}
    raise EngineFailure(MODEL_UNFIT, f"{pipeline_class} takes no frames")
