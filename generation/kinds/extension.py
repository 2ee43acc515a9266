"""A clip of one's own, continued: the result is the whole clip."""

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
    ArtifactParam,
)
from generation.types import KindSpec

EXTENSION = KindSpec(
    kind="extension",
    makes="video",
    params={
        "video": ArtifactParam(),
        **PROMPT,
        **CLIP,
        **CAMERA,
        **SEED,
        **LANE,
        **CAMPAIGN,
        **ONE_PIECE,
    },
    required=frozenset({"video"}),
    deadline=timedelta(minutes=15),
)
