"""The visible label "made by AI", top left, where the operator's law asks for one.

The Chinese standard wants letters of at least 5 % of the frame's short side. That is measured here
in drawn pixels of the lowest capital letter or character, not in the font's nominal size.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generation.stamp.patches import SCORE_MIN, Patch, draw, patch_of, score

HEIGHT_SHARE = 0.05
# Smaller letters than this are not read, however small the frame.
HEIGHT_MIN = 9
LINE_BREAK = " / "
_MARGIN_SHARE = 0.7
_LINE_GAP_SHARE = 0.45
_FONT = Path(__file__).resolve().parent / "font" / "label-sans.otf"


def draw_label(frame: NDArray[np.uint8], text: str) -> None:
    """Draw the label into a writable frame, uint8 [H, W, 3], in place.

    Raises ValueError for text that the font lacks, and for frames too narrow to carry it at 5 %.
    """
    draw(frame, label_patch(frame.shape[1], frame.shape[0], text))


def find_label(frame: NDArray[np.uint8], text: str) -> bool:
    """Whether a frame, uint8 [H, W, 3], carries the label where this program draws it."""
    return label_score(frame, text) >= SCORE_MIN


def label_score(frame: NDArray[np.uint8], text: str) -> float:
    """How well the corner fits the label, -1 to 1."""
    return score(frame, label_patch(frame.shape[1], frame.shape[0], text))


@lru_cache(maxsize=32)
def label_patch(width: int, height: int, text: str) -> Patch:
    """The label for frames of width × height: on one line, else broken at " / ", else smaller as
    long as it is 5 % high. Raises ValueError."""
    least = -(-min(width, height) * HEIGHT_SHARE // 1)
    for wanted in sorted({max(HEIGHT_MIN, least), least}, reverse=True):
        for lines in ([text], text.split(LINE_BREAK)):
            letters, margin = _letters(tuple(lines), int(wanted))
            if letters.width + margin <= width and letters.height + margin <= height:
                stroke = max(1, round(wanted / 9))
                return patch_of(letters, margin, stroke, (width, height), at_end=False)
    raise ValueError(f"a frame of {width} × {height} is too small to carry {text!r} at 5 %")


@lru_cache(maxsize=32)
def _letters(lines: tuple[str, ...], height: int) -> tuple[Image.Image, int]:
    """The lines as a mask in which the lowest capital or character is `height` pixels high or
    more, and the margin around it."""
    size = height
    while _lowest("".join(lines), size) < height:
        size += 1
    font = ImageFont.truetype(_FONT, size)
    boxes = [font.getbbox(line) for line in lines]
    gap = round(height * _LINE_GAP_SHARE)
    heights = [round(box[3] - box[1]) for box in boxes]
    mask = Image.new(
        "L", (max(round(box[2] - box[0]) for box in boxes), sum(heights) + gap * (len(lines) - 1))
    )
    top = 0
    for line, box, line_height in zip(lines, boxes, heights, strict=True):
        ImageDraw.Draw(mask).text((-box[0], top - box[1]), line, fill=255, font=font)
        top += line_height + gap
    return mask, max(2, round(height * _MARGIN_SHARE))


def _lowest(text: str, size: int) -> int:
    """Height in solid pixels of the lowest capital letter or Chinese character of `text`."""
    font = ImageFont.truetype(_FONT, size)
    heights = []
    for letter in {letter for letter in text if letter.isupper() or ord(letter) > 0x2E80}:
        glyph = Image.new("L", (2 * size, 2 * size))
        ImageDraw.Draw(glyph).text((size // 2, size // 4), letter, fill=255, font=font)
        rows = np.nonzero((np.asarray(glyph) > 127).any(axis=1))[0]
        if _is_missing(letter):
            raise ValueError(f"the label's font has no {letter!r}")
        heights.append(int(np.ptp(rows)) + 1 if rows.size else 0)
    if not heights:
        raise ValueError(f"a label needs a capital letter or a Chinese character, not {text!r}")
    return min(heights)


@lru_cache(maxsize=64)
def _is_missing(letter: str) -> bool:
    """Whether the font draws its empty box for `letter`."""
    font = ImageFont.truetype(_FONT, 40)
    return bytes(font.getmask(letter)) == bytes(font.getmask("\ue000"))
