"""The visible label: as high as the law wants, in drawn pixels, and on every frame it is for."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from generation.stamp.brand_mark import find_brand_mark
from generation.stamp.joining import Earlier, stamp_joined
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.visible_label import draw_label, find_label, label_patch
from generation.watermark import LABELS
from tests.stamp.conftest import BACKGROUNDS, CLEAN, MARKED, Frame, decode_mp4, decode_png

TEXTS = sorted({text for text in LABELS.values() if text})
SIZES = [(512, 512), (640, 360), (1280, 720), (720, 1280), (300, 900), (1920, 1080), (96, 96)]


def letters_of(frame: Frame) -> list[int]:
    """Heights of what is drawn, glyph by glyph from the left: white pixels of a black frame."""
    seen = frame[:, :, 0] > 127
    columns = np.concatenate([[False], seen.any(axis=0), [False]])
    edges = np.flatnonzero(columns[1:] != columns[:-1])
    heights = []
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        rows = np.flatnonzero(seen[:, left:right].any(axis=1))
        heights.append(int(np.ptp(rows)) + 1)
    return heights


@pytest.mark.parametrize("size", SIZES)
def test_every_character_is_five_percent_high(size: tuple[int, int]) -> None:
    frame = np.zeros((size[1], size[0], 3), np.uint8)
    draw_label(frame, "AI生成")
    heights = letters_of(frame)
    assert len(heights) >= 3  # strokes of a character may stand apart
    assert heights[0] >= min(size) * 0.05  # the A
    assert max(heights) < min(size) * 0.16
    # Of each character the tallest part counts; both are higher than a capital letter.
    assert max(heights) > heights[0]


@pytest.mark.parametrize("size", SIZES[:-1])
def test_the_capital_letters_of_english_are_five_percent_high(size: tuple[int, int]) -> None:
    frame = np.zeros((size[1], size[0], 3), np.uint8)
    draw_label(frame, "AI-generated")
    heights = letters_of(frame)
    assert heights[0] >= min(size) * 0.05
    assert heights[1] >= min(size) * 0.05


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_found_on_any_background(background: str, text: str) -> None:
    for size in SIZES[:4]:
        frame = BACKGROUNDS[background](*size)
        assert not find_label(frame, text)
        both = replace(MARKED, label=text)
        for order in (replace(CLEAN, label=text), both):
            shown = decode_png(stamp_picture(frame, order).data)
            assert find_label(shown, text)
            assert find_brand_mark(shown) is order.brand_mark


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_found_on_every_frame_of_a_clip(background: str) -> None:
    frame = BACKGROUNDS[background](640, 360)
    frames = np.stack([np.roll(frame, 3 * step, axis=1) for step in range(12)])
    shown = decode_mp4(stamp_clip(frames, 8, replace(CLEAN, label="AI生成")).data)
    assert [find_label(one, "AI生成") for one in shown] == [True] * 12


def test_it_may_stay_for_the_start_only() -> None:
    frames = np.stack([BACKGROUNDS["blobs"](640, 360)] * 30)
    order = replace(MARKED, label="AI生成", label_seconds=2.0)
    shown = decode_mp4(stamp_clip(frames, 8, order).data)
    assert [find_label(one, "AI生成") for one in shown] == [True] * 16 + [False] * 14
    assert all(find_brand_mark(one) for one in shown)


@pytest.mark.parametrize(
    ("marked", "labelled", "label_seconds", "shown_label"),
    [
        (False, False, None, [True] * 16),
        (False, False, 1.5, [True] * 12 + [False] * 4),
        (True, True, None, [False] * 8 + [True] * 8),
        (True, True, 1.5, [False] * 8 + [True] * 4 + [False] * 4),
        (True, True, 0.5, [False] * 16),
    ],
)
def test_frames_of_a_parent_get_the_marks_they_lack(
    marked: bool, labelled: bool, label_seconds: float | None, shown_label: list[bool]
) -> None:
    frames = np.stack([BACKGROUNDS["blobs"](640, 360)] * 8)
    bare = io.BytesIO(stamp_clip(frames, 8, CLEAN).data)
    order = replace(MARKED, label="AI生成", label_seconds=label_seconds)
    joined = stamp_joined(Earlier(bare, marked, labelled), frames, 8, 1, order)
    shown = decode_mp4(joined.data)
    assert [find_brand_mark(one) for one in shown] == [not marked] * 8 + [True] * 8
    assert [find_label(one, "AI生成") for one in shown] == shown_label


def test_where_there_is_little_room_it_stands_on_two_lines() -> None:
    text = LABELS["ALL"]
    wide, narrow = label_patch(900, 300, text), label_patch(110, 900, text)
    assert narrow.kept.shape[1] <= 110
    assert narrow.letters.any(axis=1).sum() > 18  # two lines of nine pixels and more
    assert wide.letters.any(axis=1).sum() < 300 * 0.08


def test_a_frame_that_cannot_carry_it_is_not_delivered() -> None:
    with pytest.raises(ValueError, match="too small"):
        stamp_picture(BACKGROUNDS["grey"](16, 600), replace(CLEAN, label="AI-generated"))


@pytest.mark.parametrize("text", ["墨水 AI", "Σ", "lower case", "  "])
def test_words_the_font_lacks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no '|capital"):
        stamp_picture(BACKGROUNDS["grey"](512, 512), replace(CLEAN, label=text))
