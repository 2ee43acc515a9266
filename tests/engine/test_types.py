"""A render spec refuses what no engine could mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from generation.engine.types import SEED_MAX, Camera, RenderSpec

FRAME = np.zeros((8, 8, 3), np.uint8)


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
        {"quality": "best"},
        {"camera": Camera(pan=1)},
        {"first_frame": FRAME},
        {"kind": "video", "seconds": 5, "last_frame": FRAME},
        {"kind": "video", "seconds": 5, "first_frame": FRAME[None]},
        {"kind": "video", "seconds": 5, "first_frame": FRAME.astype("float32")},
        {"kind": "video", "seconds": 5, "first_frame": FRAME[..., :2]},
        {"kind": "video", "seconds": 5, "prefix": FRAME},
        {"kind": "video", "seconds": 5, "prefix": np.zeros((0, 8, 8, 3), np.uint8)},
        {"kind": "video", "seconds": 5, "prefix": FRAME[None], "first_frame": FRAME},
    ],
)
def test_refuses(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|lasts|together|at least"):
        RenderSpec(**{"kind": "image", "prompt": "a", **values})


def test_takes_a_picture_and_a_clip() -> None:
    assert RenderSpec("image", "a", seed=SEED_MAX, width=512, height=768).seconds == 0
    assert RenderSpec("video", "a", seconds=5).kind == "video"


@pytest.mark.parametrize("values", [{"pan": 11}, {"roll": -11}, {"zoom": 1.5}, {"tilt": True}])
def test_a_camera_has_whole_numbers_up_to_ten(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Camera(**values)


def test_what_it_needs_of_a_model() -> None:
    clip = RenderSpec("video", "a", seconds=5, first_frame=FRAME, last_frame=FRAME)
    assert clip.needs == {"video", "first_frame", "last_frame"}
    assert clip.batch_key != RenderSpec("video", "a", seconds=5, first_frame=FRAME).batch_key
