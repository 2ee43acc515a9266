"""The visible brand mark: drawn bottom right, and found again in pixels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generation.stamp.patches import SCORE_MIN, Patch, draw, patch_of, score

# Height of the written text, ascender to descender, as a share of the frame's short side.
TEXT_HEIGHT_SHARE = 0.06
TEXT_HEIGHT_MIN = 9
# Distance of the text from the frame's edges, in text heights.
MARGIN_SHARE = 0.6


def draw_brand_mark(frame: NDArray[np.uint8], text: str) -> None:
    """Draw the mark into a writable frame, uint8 [H, W, 3], in place.

    Raises ValueError for text that the built-in font lacks, and for frames too small to carry it.
    """
    draw(frame, _patch(frame.shape[1], frame.shape[0], text))


def find_brand_mark(frame: NDArray[np.uint8], text: str = "Inkling") -> bool:
    """Whether a frame, uint8 [H, W, 3], carries the mark where this program draws it."""
    return brand_mark_score(frame, text) >= SCORE_MIN


def brand_mark_score(frame: NDArray[np.uint8], text: str = "Inkling") -> float:
    """How well the corner fits the mark, -1 to 1."""
    return score(frame, _patch(frame.shape[1], frame.shape[0], text))


@lru_cache(maxsize=32)
def _patch(width: int, height: int, text: str) -> Patch:
    if not text.isascii() or not text.isprintable() or not text.strip():
        raise ValueError(f"the brand mark is written in printable ASCII, not {text!r}")
    wanted = max(TEXT_HEIGHT_MIN, round(min(width, height) * TEXT_HEIGHT_SHARE))
    letters, margin = _letters(text, wanted)
    if letters.width + 2 * margin > width:
        letters, margin = _letters(text, max(4, wanted * width // (letters.width + 2 * margin)))
    stroke = max(1, round(letters.height / 12))
    return patch_of(letters, margin, stroke, (width, height), at_end=True)


def _letters(text: str, height: int) -> tuple[Image.Image, int]:
    """The text as a mask whose drawn pixels are `height` high, and its margin.

    The font is sized by what it draws: a nominal size says little about the height of letters.
    """
    probe = 200
    bold = height / 55
    box = ImageFont.load_default(probe).getbbox(text)
    font = ImageFont.load_default(probe * (height - 2 * bold) / (box[3] - box[1]))
    left, top, right, bottom = font.getbbox(text, stroke_width=bold)
    mask = Image.new("L", (round(right - left), round(bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=font, stroke_width=bold)
    return mask, max(2, round(height * MARGIN_SHARE))
