"""How a clip was looked at, measured on its pixels: each frame against the same one unmoved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
Floats = NDArray[np.float64]
NAMES = ("x", "y", "nearer", "turn", "lean_x", "lean_y")
ROUNDS = 12


def registered(plain: Frames, moved: Frames) -> dict[str, float]:
    """Where the last frame of `moved` looks at `plain`: by least squares, from frame to frame.

    x, y: in half widths. nearer: the logarithm of a factor. turn: radians, clockwise. lean_x,
    lean_y: how much farther it looks for each half width to that side, squared.
    """
    found = np.zeros(6)
    for before, after in zip(plain, moved, strict=True):
        found = _fitted(_light(before), _light(after), found)
    return dict(zip(NAMES, map(float, found), strict=True))


def _fitted(plain: Floats, moved: Floats, start: Floats) -> Floats:
    height, width = plain.shape
    across = (np.arange(width) + 0.5) / width * 2 - 1
    down = ((np.arange(height) + 0.5) / height * 2 - 1) * height / width
    x, y = np.meshgrid(across, down)
    found = start.copy()
    for _ in range(ROUNDS):
        at_x, at_y = _seen(x, y, found)
        columns, rows = (at_x + 1) * width / 2 - 0.5, at_y * width / 2 + height / 2 - 0.5
        free = (columns > 1) & (columns < width - 2) & (rows > 1) & (rows < height - 2)
        difference = (moved - _sampled(plain, columns, rows))[free]
        slopes = []
        for index in range(6):
            nudged = found.copy()
            nudged[index] += 1e-3
            near_x, near_y = _seen(x, y, nudged)
            near = _sampled(
                plain, (near_x + 1) * width / 2 - 0.5, near_y * width / 2 + height / 2 - 0.5
            )
            slopes.append(((near - _sampled(plain, columns, rows)) / 1e-3)[free])
        found += np.linalg.lstsq(np.stack(slopes, 1), difference, rcond=None)[0]
    return found


def _seen(x: Floats, y: Floats, found: Floats) -> tuple[Floats, Floats]:
    shift_x, shift_y, nearer, turn, lean_x, lean_y = found
    cos, sin = np.cos(turn) / np.exp(nearer), np.sin(turn) / np.exp(nearer)
    turned_x, turned_y = cos * x - sin * y, sin * x + cos * y
    # A projective map, written so that leaning alone leaves the centre where it is.
    depth = 1 - lean_x * turned_x - lean_y * turned_y
    return turned_x / depth + shift_x, turned_y / depth + shift_y


def _sampled(light: Floats, columns: Floats, rows: Floats) -> Floats:
    left = np.clip(np.floor(columns).astype(int), 0, light.shape[1] - 2)
    top = np.clip(np.floor(rows).astype(int), 0, light.shape[0] - 2)
    part_x, part_y = columns - left, rows - top
    upper = light[top, left] * (1 - part_x) + light[top, left + 1] * part_x
    lower = light[top + 1, left] * (1 - part_x) + light[top + 1, left + 1] * part_x
    return np.asarray(upper * (1 - part_y) + lower * part_y)


def _light(frame: Frames) -> Floats:
    """Brightness, blurred a little: slopes reach farther."""
    light = frame.astype(np.float64).mean(-1) / 255
    for _ in range(2):
        padded = np.pad(light, 1, mode="edge")
        light = (
            padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] + light
        ) / 5
    return np.asarray(light)
