"""Engine profiles: how a checkpoint wants to be called, and what it renders for a contract.

A checkpoint folder may bring its own profile as `engine_profile.json`; otherwise the class of
its pipeline decides. A profile belongs to the checkpoint: changing one changes the pixels.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generation.engine.camera import WORDS
from generation.engine.types import HIGH, RenderSpec
from generation.model_registry import VIDEO

PROFILE_FILE = "engine_profile.json"


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels a pipeline renders, and pixels that are delivered."""

    render_width: int
    render_height: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Defaults of one checkpoint. `None` for steps or guidance: as the pipeline has it.

    size_multiple: width and height of a render divide by it. frame_ratio: a clip has
    k * ratio + 1 frames. image_size, video_size: delivered (width, height) when not asked.
    render_long_side: a small checkpoint renders with this long side, and the result is scaled
    up to the delivered size by Lanczos; None renders at the delivered size.
    call: keyword arguments of the pipeline that are the same for every job. high: fields that are
    otherwise in high quality; steps alone, half as many again, when there are none.
    seconds_native: the longest clip of one call; longer ones continue themselves.
    camera: how a camera is moved: `warp` looks at the frames through a virtual one, `prompt` says
    it in the words the model was taught, camera_words (minus, plus) by axis.
    """

    name: str
    steps: int | None = None
    guidance: float | None = None
    size_multiple: int = 16
    frame_ratio: int = 4
    fps: int = 16
    image_size: tuple[int, int] = (1024, 1024)
    video_size: tuple[int, int] = (768, 512)
    render_long_side: int | None = None
    call: Mapping[str, Any] = field(default_factory=dict)
    high: Mapping[str, Any] = field(default_factory=dict)
    seconds_native: int | None = None
    camera: str = "warp"
    camera_words: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(WORDS))

    def at(self, quality: str) -> Profile:
        """This profile in a quality."""
        if quality != HIGH:
            return self
        more = {"steps": math.ceil(self.steps * 1.5)} if self.steps else {}
        return replace(self, **{**more, **self.high})

    def frames(self, seconds: int) -> int:
        """Frames of a clip of `seconds`: the fewest the frame rule allows that last as long."""
        return self.new_frames(seconds) + 1

    def new_frames(self, seconds: int) -> int:
        """Frames that make a clip `seconds` longer: the fewest the frame rule allows."""
        return math.ceil(seconds * self.fps / self.frame_ratio) * self.frame_ratio

    def prefix(self, given: int, wanted: int) -> int:
        """How many of the last `given` frames a clip goes on from, at most `wanted`."""
        return (min(given, max(1, wanted)) - 1) // self.frame_ratio * self.frame_ratio + 1

    def size(self, spec: RenderSpec) -> Size:
        """Pixels for `spec`. A clip's sides are even, because yuv420p halves them."""
        asked = (spec.width, spec.height)
        default = self.video_size if spec.kind == VIDEO else self.image_size
        width, height = default if asked[0] is None or asked[1] is None else (asked[0], asked[1])
        if spec.kind == VIDEO:
            width, height = width // 2 * 2, height // 2 * 2
        shrink = min(1.0, (self.render_long_side or math.inf) / max(width, height))
        return Size(self._fit(width * shrink), self._fit(height * shrink), width, height)

    def shown(self, size: Size) -> tuple[int, int]:
        """Width and height of the middle of a rendered frame that is delivered."""
        scale = max(1.0, size.width / size.render_width, size.height / size.render_height)
        return round(size.width / scale), round(size.height / scale)

    def _fit(self, side: float) -> int:
        return max(1, math.ceil(side / self.size_multiple)) * self.size_multiple


# As the pipelines of diffusers 0.42 document them; sizes hold for every checkpoint of a class.
BY_CLASS: Mapping[str, Profile] = {
    "LTXConditionPipeline": Profile(
        name="ltx-video",
        steps=40,
        guidance=3.0,
        size_multiple=32,
        frame_ratio=8,
        fps=24,
        video_size=(768, 512),
        call={"decode_timestep": 0.05},
    ),
    "WanPipeline": Profile(
        name="wan", steps=50, guidance=5.0, size_multiple=32, frame_ratio=4, video_size=(832, 480)
    ),
    "ZImagePipeline": Profile(name="z-image-turbo", steps=8, guidance=0.0),
    "StableDiffusionPipeline": Profile(
        name="stable-diffusion", size_multiple=8, image_size=(512, 512)
    ),
}


def profile_of(folder: Path, pipeline_class: str) -> Profile:
    """The profile of the checkpoint in `folder`. Raises ValueError for a malformed file."""
    path = folder / PROFILE_FILE
    if not path.is_file():
        return BY_CLASS.get(pipeline_class, Profile("generic"))
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        for side in ("image_size", "video_size"):
            if side in values:
                width, height = values[side]
                values[side] = (int(width), int(height))
        return Profile(**values)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path} is not an engine profile: {error}") from error
