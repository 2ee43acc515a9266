"""What is in one frame, from its pixels alone: colours, the shape, where it is.

A frame is [side, side, 3] in 0..1; positions are in half sides, as in `words`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.demo_model.drawing import signed_distance, surface
from generation.demo_model.words import COLOURS, PLACES, SHAPES

Frame = NDArray[np.float32]
Mask = NDArray[np.bool_]

NAMES = tuple(COLOURS)
SHADES = 5
BORDER = 3
# A thing covers this share of the frame at least and at most.
COVERS = (0.015, 0.6)
PLACE_TOLERANCE = 0.3


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a mask is: its centre, and the share of the frame it covers."""

    x: float
    y: float
    share: float


@functools.cache
def _shades() -> NDArray[np.float32]:
    """Every colour as a surface shows it, dark to light: [colours * SHADES, 3]."""
    shades = np.linspace(-1, 1, SHADES, dtype=np.float32)
    return np.concatenate([surface(colour, shades) for colour in COLOURS])


def colours_of(frame: Frame) -> NDArray[np.intp]:
    """The nearest colour of every pixel, as an index into NAMES."""
    shades = _shades()
    # Squared distances, less the square of the pixel, which is the same for all shades.
    away = np.square(shades).sum(-1) - 2 * (frame @ shades.T)
    nearest: NDArray[np.intp] = away.argmin(-1) // SHADES
    return nearest


def background_of(frame: Frame) -> str:
    """The colour along the border."""
    found = colours_of(frame)
    inner = (slice(BORDER, -BORDER),) * 2
    border = np.ones(found.shape, bool)
    border[inner] = False
    return NAMES[int(np.bincount(found[border], minlength=len(NAMES)).argmax())]


def thing_colour_of(frame: Frame, background: str) -> str:
    """The most frequent colour beside the background's, "" when none covers enough."""
    counts = np.bincount(colours_of(frame).ravel(), minlength=len(NAMES))
    counts[NAMES.index(background)] = 0
    share = counts.max() / frame[..., 0].size
    return NAMES[int(counts.argmax())] if COVERS[0] < share < COVERS[1] else ""


def mask_of(frame: Frame, colour: str) -> Mask:
    """Pixels of a colour, without lone ones."""
    mask = colours_of(frame) == NAMES.index(colour)
    padded = np.pad(mask, 1).astype(np.int8)
    height, width = mask.shape
    around = sum(padded[y : y + height, x : x + width] for y in range(3) for x in range(3))
    return np.asarray(mask & (around >= 4))


def locate(mask: Mask) -> Seen | None:
    """Where the mask is; None when it is too small to be a thing."""
    if mask.mean() < COVERS[0] / 3:
        return None
    ys, xs = np.nonzero(mask)
    side = mask.shape[0]
    return Seen(
        float((xs.mean() + 0.5) / side * 2 - 1),
        float((ys.mean() + 0.5) / side * 2 - 1),
        float(mask.mean()),
    )


def place_of(seen: Seen) -> str:
    """The place the centre is at, "" when it is at none."""
    for place, (x, y) in PLACES.items():
        if max(abs(seen.x - x), abs(seen.y - y)) < PLACE_TOLERANCE and place == _nearest(seen):
            return place
    return ""


def _nearest(seen: Seen) -> str:
    return min(PLACES, key=lambda place: np.hypot(*np.subtract(PLACES[place], (seen.x, seen.y))))


def shape_of(mask: Mask) -> str:
    """The shape whose outline, moved and scaled upon the mask, agrees with it best."""
    seen = locate(mask)
    if seen is None:
        return ""
    return max(SHAPES, key=lambda shape: _agreement(mask, seen, shape))


def _agreement(mask: Mask, seen: Seen, shape: str) -> float:
    """Best share of common pixels (common over either) over small moves and scales."""
    area, off_x, off_y = _outline(shape)
    side = mask.shape[0]
    line = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    best = 0.0
    for grown in (0.9, 1.0, 1.1):
        radius = (seen.share * 4 / area) ** 0.5 * grown
        for down in (-0.03, 0.0, 0.03):
            x = (line[None, :] - seen.x) / radius + off_x
            y = (line[:, None] - seen.y + down) / radius + off_y
            outline = signed_distance(shape, *np.broadcast_arrays(x, y)) <= 0
            best = max(best, float((mask & outline).sum() / (mask | outline).sum()))
    return best


@functools.cache
def _outline(shape: str) -> tuple[float, float, float]:
    """Area and centre of gravity of a shape of radius 1."""
    line = np.linspace(-1.25, 1.25, 501, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    inside = signed_distance(shape, x, y) <= 0
    area = float(inside.sum() * (line[1] - line[0]) ** 2)
    return area, float(x[inside].mean()), float(y[inside].mean())
