"""Pictures from words."""

from __future__ import annotations

from datetime import timedelta

from generation.kinds.params import (
    CAMPAIGN,
    IMAGE_RATIOS,
    LANE,
    PROMPT,
    RESOLUTIONS,
    SEED,
    OneOf,
    Whole,
)
from generation.types import PIECES_MAX, KindSpec

IMAGE = KindSpec(
    kind="image",
    makes="image",
    params={
        **PROMPT,
        "n": Whole(1, PIECES_MAX, default=1, description="pieces; each costs the price of one"),
        "aspect_ratio": OneOf(IMAGE_RATIOS, description="the model's own when left out"),
        "resolution": OneOf(
            RESOLUTIONS, description="about one or four megapixels; the model's own when left out"
        ),
        **SEED,
        **LANE,
        **CAMPAIGN,
    },
    required=frozenset({"prompt"}),
    deadline=timedelta(minutes=5),
    pieces_max=PIECES_MAX,
)
