"""What a checkpoint renders for a contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generation.engine.display import fill
from generation.engine.profiles import PROFILE_FILE, Profile, Size, profile_of, tailored
from generation.engine.types import RenderSpec

SMALL = Profile(
    "small",
    size_multiple=32,
    frame_ratio=8,
    fps=8,
    image_size=(512, 512),
    video_size=(640, 360),
    render_long_side=128,
)


@pytest.mark.parametrize(("seconds", "frames"), [(1, 9), (5, 41), (10, 81)])
def test_a_clip_follows_the_frame_rule_and_lasts_as_long_as_promised(
    seconds: int, frames: int
) -> None:
    assert SMALL.frames(seconds) == frames
    assert frames / SMALL.fps >= seconds


def test_a_frame_rate_that_does_not_fit_the_rule_is_rounded_up() -> None:
    assert Profile("odd", fps=25, frame_ratio=8).frames(5) == 129


@pytest.mark.parametrize(
    ("profile", "spec", "size"),
    [
        (SMALL, RenderSpec("image", "a"), Size(128, 128, 512, 512)),
        (SMALL, RenderSpec("video", "a", seconds=5), Size(128, 96, 640, 360)),
        (SMALL, RenderSpec("image", "a", width=64, height=65), Size(64, 96, 64, 65)),
        (SMALL, RenderSpec("video", "a", seconds=5, width=101, height=65), Size(128, 64, 100, 64)),
        (
            Profile("large", size_multiple=32),
            RenderSpec("video", "a", seconds=5, width=1280, height=720),
            Size(1280, 736, 1280, 720),
        ),
    ],
)
def test_sizes_divide_as_the_checkpoint_needs(
    profile: Profile, spec: RenderSpec, size: Size
) -> None:
    assert profile.size(spec) == size


def test_delivered_frames_fill_the_size_without_stretching() -> None:
    # A centred square stays a square, whether the frame is scaled up or only cropped.
    frame = np.zeros((96, 128, 3), np.uint8)
    frame[32:64, 48:80] = 255
    delivered = fill(frame, 640, 360)
    assert delivered.shape == (360, 640, 3)
    rows, columns = np.nonzero(delivered[:, :, 0] > 127)
    assert np.ptp(rows) == np.ptp(columns) == 159
    assert np.array_equal(fill(frame, 128, 64), frame[16:80])


def test_the_class_decides_where_no_file_does(tmp_path: Path) -> None:
    assert profile_of(tmp_path, "LTXConditionPipeline").frame_ratio == 8
    assert profile_of(tmp_path, "NewPipeline") == Profile("generic")


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "x", "unknown": 1}', '{"image_size": 5}'])
def test_a_malformed_profile_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / PROFILE_FILE).write_text(text)
    with pytest.raises(ValueError, match="not an engine profile"):
        profile_of(tmp_path, "LTXConditionPipeline")


def test_high_quality_is_more_steps_or_what_the_profile_says() -> None:
    assert Profile("x", steps=25).at("high").steps == 38
    assert Profile("x", steps=25).at("standard").steps == 25
    better = Profile("x", steps=25, high={"steps": 30, "render_long_side": 192}).at("high")
    assert (better.steps, better.render_long_side) == (30, 192)


def test_an_operator_changes_a_profile() -> None:
    changed = tailored(SMALL, {"fps": 24, "video_size": [1280, 704]})
    assert (changed.fps, changed.video_size, changed.frame_ratio) == (24, (1280, 704), 8)
    with pytest.raises(ValueError, match="wrongly"):
        tailored(SMALL, {"frames": 1})


@pytest.mark.parametrize(("given", "wanted", "prefix"), [(30, 9, 9), (8, 9, 1), (12, 25, 9)])
def test_a_clip_goes_on_from_as_many_frames_as_the_rule_allows(
    given: int, wanted: int, prefix: int
) -> None:
    assert SMALL.prefix(given, wanted) == prefix
