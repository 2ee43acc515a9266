"""The visible brand mark: drawn bottom right, and found again in pixels.

White letters on a soft dark halo read on any background. The patch is rendered once per frame
size; drawing it touches its own rectangle only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

# Height of the written text, ascender to descender, as a share of the frame's short side.
TEXT_HEIGHT_SHARE = 0.06
TEXT_HEIGHT_MIN = 9
# Distance of the text from the frame's edges, in text heights.
MARGIN_SHARE = 0.6
LETTER_OPACITY = 0.92
HALO_OPACITY = 0.72
# Correlation of a corner with the mark, from which on it counts as marked. Marked frames reach
# 0.9 after H.264 on stripes and noise; of three thousand unmarked textures none passed 0.3.
SCORE_MIN = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """The mark for one frame size. Arrays are float32 [height, width, 1]; light is 0 to 255."""

    top: int
    left: int
    added: NDArray[np.float32]
    kept: NDArray[np.float32]
    letters: NDArray[np.bool_]
    halo: NDArray[np.bool_]


def draw_brand_mark(frame: NDArray[np.uint8], text: str) -> None:
    """Draw the mark into a writable frame, uint8 [H, W, 3], in place."""
    patch = _patch(frame.shape[1], frame.shape[0], text)
    height, width = patch.kept.shape[:2]
    corner = frame[patch.top : patch.top + height, patch.left : patch.left + width]
    corner[:] = corner * patch.kept + patch.added


def find_brand_mark(frame: NDArray[np.uint8], text: str = "Inkling") -> bool:
    """Whether a frame, uint8 [H, W, 3], carries the mark where this program draws it."""
    return brand_mark_score(frame, text) >= SCORE_MIN


def brand_mark_score(frame: NDArray[np.uint8], text: str = "Inkling") -> float:
    """How well the corner fits the mark, -1 to 1: letters light, their surroundings dark.

    It is the correlation between the corner's light and a drawing of the mark, taken over the
    letters and the ring around them only, so it needs no knowledge of the picture below.
    """
    patch = _patch(frame.shape[1], frame.shape[0], text)
    height, width = patch.kept.shape[:2]
    corner = frame[patch.top : patch.top + height, patch.left : patch.left + width].mean(axis=2)
    light = np.concatenate([corner[patch.letters], corner[patch.halo]])
    drawing = np.concatenate([np.ones(patch.letters.sum()), np.zeros(patch.halo.sum())])
    if light.std() < 1:
        return 0.0
    return float(np.corrcoef(light, drawing)[0, 1])


@lru_cache(maxsize=32)
def _patch(width: int, height: int, text: str) -> Patch:
    """Render the mark for frames of width × height.

    Raises ValueError for text that the built-in font lacks, and for frames too small to carry it.
    """
    if not text.isascii() or not text.isprintable() or not text.strip():
        raise ValueError(f"the brand mark is written in printable ASCII, not {text!r}")
    wanted = max(TEXT_HEIGHT_MIN, round(min(width, height) * TEXT_HEIGHT_SHARE))
    letters, margin = _letters(text, wanted)
    if letters.width + 2 * margin > width:
        letters, margin = _letters(text, max(4, wanted * width // (letters.width + 2 * margin)))
    # The margin around the letters is the halo's room.
    canvas = Image.new("L", (letters.width + 2 * margin, letters.height + 2 * margin))
    canvas.paste(letters, (margin, margin))
    surplus = (max(0, canvas.width - width), max(0, canvas.height - height))
    canvas = canvas.crop((*surplus, *canvas.size))
    ring = max(1, round(letters.height / 12))
    thick = canvas.filter(ImageFilter.MaxFilter(2 * ring + 1))
    soft = thick.filter(ImageFilter.GaussianBlur(ring * 2.5))
    letter_alpha = np.asarray(canvas, np.float32) / 255 * LETTER_OPACITY
    halo_alpha = np.maximum(np.asarray(thick), np.asarray(soft)).astype(np.float32) / 255
    kept = (1 - halo_alpha * HALO_OPACITY) * (1 - letter_alpha)
    solid = np.asarray(canvas) > 200
    if not solid.any():
        raise ValueError(f"a frame of {width} × {height} is too small to carry {text!r}")
    return Patch(
        top=height - canvas.height,
        left=width - canvas.width,
        added=(letter_alpha * 255).astype(np.float32)[:, :, None],
        kept=kept.astype(np.float32)[:, :, None],
        letters=solid,
        halo=(np.asarray(thick) > 200) & (np.asarray(canvas) < 30),
    )


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
