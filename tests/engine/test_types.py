"""A render spec refuses what no engine could mean."""

from __future__ import annotations

from typing import Any

import pytest

from generation.engine.types import SEED_MAX, RenderSpec


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "music"},
        {"seed": -1},
        {"seed": SEED_MAX + 1},
        {"seconds": 5},
        {"kind": "video"},
        {"width": 512},
        {"width": 63, "height": 512},
        {"steps": 0},
    ],
)
def test_refuses(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|lasts|together|at least"):
        RenderSpec(**{"kind": "image", "prompt": "a", **values})


def test_takes_a_picture_and_a_clip() -> None:
    assert RenderSpec("image", "a", seed=SEED_MAX, width=512, height=768).seconds == 0
    assert RenderSpec("video", "a", seconds=5).kind == "video"
