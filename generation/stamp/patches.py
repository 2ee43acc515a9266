"""Words drawn into a corner of frames, legible on any background, and found again in pixels.

White letters on a soft dark halo read on light, dark and busy pictures alike. A patch is rendered
once for each frame size; drawing it touches its own rectangle only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

LETTER_OPACITY = 0.92
HALO_OPACITY = 0.82
# Correlation of a corner with a patch, from which on it counts as drawn. Marked frames reach 0.9
# after H.264 on stripes and noise; of three thousand unmarked textures none passed 0.3.
SCORE_MIN = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Words for one frame size. Arrays are [height, width, 3], in 256ths: `kept` of the light
    below, 0 to 256, and `added` to it. Whole numbers are drawn three times as fast."""

    top: int
    left: int
    added: NDArray[np.uint16]
    kept: NDArray[np.uint16]
    letters: NDArray[np.bool_]
    halo: NDArray[np.bool_]


def patch_of(
    letters: Image.Image, margin: int, stroke: int, frame: tuple[int, int], *, at_end: bool
) -> Patch:
    """The patch for a mask of letters, whose halo is drawn into `margin` pixels around it.

    stroke: thickness of the halo's dark rim. frame: width and height of the frames. at_end: in the
    bottom right corner, else top left. Raises ValueError when nothing of the letters would be seen.
    """
    width, height = frame
    canvas = Image.new("L", (letters.width + 2 * margin, letters.height + 2 * margin))
    canvas.paste(letters, (margin, margin))
    over = (max(0, canvas.width - width), max(0, canvas.height - height))
    canvas = canvas.crop(
        (*over, *canvas.size) if at_end else (0, 0, canvas.width - over[0], canvas.height - over[1])
    )
    thick = canvas.filter(ImageFilter.MaxFilter(2 * stroke + 1))
    soft = thick.filter(ImageFilter.GaussianBlur(stroke * 2.5))
    letter_alpha = np.asarray(canvas, np.float32) / 255 * LETTER_OPACITY
    halo_alpha = np.maximum(np.asarray(thick), np.asarray(soft)).astype(np.float32) / 255
    kept = (1 - halo_alpha * HALO_OPACITY) * (1 - letter_alpha)
    solid = np.asarray(canvas) > 200
    if not solid.any():
        raise ValueError(f"a frame of {width} × {height} is too small to carry these words")
    return Patch(
        top=height - canvas.height if at_end else 0,
        left=width - canvas.width if at_end else 0,
        added=_for_each_colour(letter_alpha * 255),
        kept=_for_each_colour(kept),
        letters=solid,
        halo=(np.asarray(thick) > 200) & (np.asarray(canvas) < 30),
    )


def _for_each_colour(share: NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    return np.repeat(np.rint(share * 256).astype(np.uint16)[:, :, None], 3, axis=2)


def draw(frame: NDArray[np.uint8], patch: Patch) -> None:
    """Draw the patch into a writable frame, uint8 [H, W, 3], in place."""
    corner = _corner(frame, patch)
    # At most 255 × 256: light that is kept and light that is added never pass it together.
    corner[:] = (corner * patch.kept + patch.added) >> 8


def score(frame: NDArray[np.uint8], patch: Patch) -> float:
    """How well the corner fits the patch, -1 to 1: letters light, their surroundings dark.

    It is the correlation between the corner's light and the drawing, taken over the letters and
    the ring around them only, so it needs no knowledge of the picture below.
    """
    corner = _corner(frame, patch).mean(axis=2)
    light = np.concatenate([corner[patch.letters], corner[patch.halo]])
    drawing = np.concatenate([np.ones(patch.letters.sum()), np.zeros(patch.halo.sum())])
    if light.std() < 1:
        return 0.0
    return float(np.corrcoef(light, drawing)[0, 1])


def _corner(frame: NDArray[np.uint8], patch: Patch) -> NDArray[np.uint8]:
    height, width = patch.kept.shape[:2]
    return frame[patch.top : patch.top + height, patch.left : patch.left + width]
