"""Clips that begin with a picture, and may end with another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from generation.kinds.params import (
    CAMERA,
    CAMPAIGN,
    CLIP,
    LANE,
    ONE_PIECE,
    PROMPT,
    SEED,
    PictureParam,
)
from generation.types import KindSpec, Values


def _faults(values: Values) -> Mapping[str, str]:
    """Where a clip must end leaves the camera no choice."""
    if "camera" in values and "image_tail" in values:
        return {"camera": "cannot be told to move when the last frame is given"}
    return {}


IMAGE_TO_VIDEO = KindSpec(
    kind="image_to_video",
    makes="video",
    params={
        "image": PictureParam("the first frame; the clip has its shape"),
        "image_tail": PictureParam("the last frame"),
        **PROMPT,
        **CLIP,
        **CAMERA,
        **SEED,
        **LANE,
        **CAMPAIGN,
        **ONE_PIECE,
    },
    required=frozenset({"image"}),
    deadline=timedelta(minutes=15),
    faults=_faults,
)
