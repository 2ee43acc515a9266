"""The registry of an operator who set two models and wrote no registry: known by their classes.

Read from a checkpoint's model_index.json; nothing is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generation.model_registry import (
    ABILITIES,
    FIRST_FRAME,
    IMAGE,
    PREFIX,
    VIDEO,
    Model,
    Registry,
)

DEMO_CLASS = "LTXConditionPipeline"
# What the checkpoints of a pipeline class can do, by its class name in model_index.json.
BY_CLASS: Mapping[str, tuple[str, ...]] = {
    "LTXConditionPipeline": ABILITIES,
    "LTXPipeline": (IMAGE, VIDEO),
    "WanPipeline": (IMAGE, VIDEO),
    "WanImageToVideoPipeline": (FIRST_FRAME, PREFIX),
    "StableDiffusionPipeline": (IMAGE,),
    "StableDiffusionXLPipeline": (IMAGE,),
    "FluxPipeline": (IMAGE,),
    "ZImagePipeline": (IMAGE,),
    "QwenImagePipeline": (IMAGE,),
}
# Wan's small checkpoints that take a first frame with the same weights say so with this flag.
TAKES_FIRST_FRAME = "expand_timesteps"
# What goes on from a clip by its last frame alone wants one, what sees motion wants several.
PREFIX_FRAMES = {"LTXConditionPipeline": 9}


def of_two(
    image_model: str,
    image_revision: str | None,
    video_model: str,
    video_revision: str | None,
    *,
    demo: str = "",
) -> Registry:
    """The registry of two models named by settings; one when both are the same.

    demo: a folder that may not be built yet and can do everything.
    """
    if (image_model, image_revision) == (video_model, video_revision):
        return Registry((_of_setting("main", image_model, image_revision, ABILITIES, demo),))
    clips = tuple(ability for ability in ABILITIES if ability != IMAGE)
    return Registry(
        (
            _of_setting("image", image_model, image_revision, (IMAGE,), demo),
            _of_setting("video", video_model, video_revision, clips, demo),
        )
    )


def _of_setting(
    model_id: str, source: str, revision: str | None, wanted: Sequence[str], demo: str
) -> Model:
    """The model of one setting, as far as it is wanted and its own index says it can."""
    index: Mapping[str, Any] = {}
    path = Path(source) / "model_index.json"
    if source == demo:
        index = {"_class_name": DEMO_CLASS}
    elif path.is_file():
        index = json.loads(path.read_text(encoding="utf-8"))
    name = str(index.get("_class_name", ""))
    # A repository that is not on this machine: what its setting says, and nothing more.
    can = BY_CLASS.get(name, tuple(kind for kind in (IMAGE, VIDEO) if kind in wanted))
    if name == "WanPipeline" and index.get(TAKES_FIRST_FRAME):
        can = (*can, FIRST_FRAME, PREFIX)
    serves = tuple(ability for ability in can if ability in wanted)
    prefix = PREFIX_FRAMES.get(name, 1) if PREFIX in serves else 0
    return Model(model_id, source, revision, serves=serves, prefix_frames=prefix)
