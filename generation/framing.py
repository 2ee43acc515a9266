"""From an effect's pictures to the frames a clip starts and ends with. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.effects import Framing

Pixels = NDArray[np.uint8]

# An old colour print: how far it has faded, how warm it is, how dark its corners are.
_PAPER = np.array([242, 222, 184], np.float32)
_INK = np.array([58, 38, 24], np.float32)
_COLOUR_LEFT = 0.22
_CORNERS = 0.28
_GRAIN = 7.0
# One grain for all prints: the same photograph ages the same way each time.
_GRAIN_SEED = 1984


def frames_of(
    framing: Framing, pictures: Sequence[Pixels], size: tuple[int, int]
) -> tuple[Pixels, Pixels | None]:
    """The first frame and, where the effect has one, the last, uint8 [height, width, 3].

    `pictures` in the order of the effect's inputs; `size` is width and height in pixels.
    """
    if framing == "beside":
        return _beside(pictures[0], pictures[1], size), None
    first = filled(pictures[0], size)
    if framing == "from_to":
        return first, filled(pictures[1], size)
    if framing == "aged":
        return first, aged(first)
    return first, None


def filled(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """The picture over the whole of `size`, its middle kept and nothing stretched."""
    width, height = size
    image = Image.fromarray(picture)
    scale = max(width / image.width, height / image.height)
    part = (width / scale, height / scale)
    left, top = (image.width - part[0]) / 2, (image.height - part[1]) / 2
    box = (left, top, left + part[0], top + part[1])
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box))


def aged(picture: Pixels) -> Pixels:
    """The picture as a print of forty years ago: faded, warm, dark at the corners, grainy."""
    height, width = picture.shape[:2]
    light = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) / 255
    toned = _INK + (_PAPER - _INK) * light[..., None]
    mixed = toned * (1 - _COLOUR_LEFT) + picture * _COLOUR_LEFT
    across = np.linspace(-1, 1, width, dtype=np.float32)
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    corners = 1 - _CORNERS * np.clip((across**2 + down**2) / 2, 0, 1) ** 1.5
    grain = np.random.default_rng(_GRAIN_SEED).normal(0, _GRAIN, (height, width, 1))
    return (mixed * corners[..., None] + grain).round().clip(0, 255).astype(np.uint8)


def _beside(left: Pixels, right: Pixels, size: tuple[int, int]) -> Pixels:
    width, height = size
    half = width // 2
    return np.concatenate(
        [filled(left, (half, height)), filled(right, (width - half, height))], axis=1
    )
