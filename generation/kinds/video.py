"""Clips from words."""

from __future__ import annotations

from datetime import timedelta

from generation.kinds.params import (
    CAMERA,
    CAMPAIGN,
    CLIP,
    LANE,
    ONE_PIECE,
    PROMPT,
    SEED,
    VIDEO_RATIOS,
    OneOf,
)
from generation.types import KindSpec

VIDEO = KindSpec(
    kind="video",
    makes="video",
    params={
        **PROMPT,
        **CLIP,
        "aspect_ratio": OneOf(VIDEO_RATIOS, description="720p; the model's own when left out"),
        **CAMERA,
        **SEED,
        **LANE,
        **CAMPAIGN,
        **ONE_PIECE,
    },
    required=frozenset({"prompt"}),
    deadline=timedelta(minutes=15),
)
