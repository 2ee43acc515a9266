"""The visible mark: on every frame, on any background, and nowhere it was not ordered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generation.stamp.brand_mark import brand_mark_score, draw_brand_mark, find_brand_mark
from generation.stamp.stamping import stamp_clip, stamp_picture
from tests.stamp.conftest import BACKGROUNDS, CLEAN, MARKED, decode_mp4, decode_png

SIZES = [(512, 512), (640, 360), (1280, 720), (300, 900)]


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("size", SIZES)
def test_found_in_a_picture(background: str, size: tuple[int, int]) -> None:
    frame = BACKGROUNDS[background](*size)
    assert not find_brand_mark(frame)
    assert brand_mark_score(frame) < 0.4
    assert find_brand_mark(decode_png(stamp_picture(frame, MARKED).data))
    assert np.array_equal(decode_png(stamp_picture(frame, CLEAN).data), frame)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_found_on_every_frame_of_a_clip(background: str) -> None:
    frame = BACKGROUNDS[background](640, 360)
    # The picture slides, as a camera would make it.
    frames = np.stack([np.roll(frame, 3 * step, axis=1) for step in range(12)])
    marked = decode_mp4(stamp_clip(frames, 8, MARKED).data)
    assert len(marked) == 12
    assert [find_brand_mark(frame) for frame in marked] == [True] * 12
    clean = decode_mp4(stamp_clip(frames, 8, CLEAN).data)
    assert [find_brand_mark(frame) for frame in clean] == [False] * 12


def test_only_the_corner_is_touched_and_the_source_is_not() -> None:
    frame = BACKGROUNDS["blobs"](512, 512)
    before = frame.copy()
    marked = decode_png(stamp_picture(frame, MARKED).data)
    assert np.array_equal(frame, before)
    rows, columns = np.nonzero((marked != frame).any(axis=2))
    assert rows.min() > 512 * 0.85
    assert columns.min() > 512 * 0.6


@pytest.mark.parametrize("size", SIZES)
def test_letters_are_as_high_as_measured(size: tuple[int, int]) -> None:
    black = np.zeros((size[1], size[0], 3), np.uint8)
    draw_brand_mark(black, "Inkling")
    rows, columns = np.nonzero(black[:, :, 0] > 60)
    assert np.ptp(rows) + 1 == pytest.approx(min(size) * 0.06, abs=2)
    assert np.ptp(columns) < size[0] * 0.5


@pytest.mark.parametrize("size", [(64, 64), (40, 200)])
def test_small_frames_are_marked_too(size: tuple[int, int]) -> None:
    frame = BACKGROUNDS["grey"](*size)
    assert find_brand_mark(decode_png(stamp_picture(frame, MARKED).data))


def test_a_frame_that_cannot_carry_the_mark_is_not_delivered() -> None:
    frame = BACKGROUNDS["grey"](16, 16)
    with pytest.raises(ValueError, match="too small"):
        stamp_picture(frame, MARKED)


def test_another_brand_is_written_and_found_as_such() -> None:
    frame = BACKGROUNDS["blobs"](512, 512)
    order = replace(MARKED, brand_text="Tintenfass & Co")
    marked = decode_png(stamp_picture(frame, order).data)
    assert find_brand_mark(marked, "Tintenfass & Co")
    assert not find_brand_mark(marked, "Inkling")


@pytest.mark.parametrize("text", ["", "  ", "墨水", "two\nlines"])
def test_text_that_cannot_be_written_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        stamp_picture(BACKGROUNDS["grey"](64, 64), replace(MARKED, brand_text=text))
