"""How many pixels a shape has. Pure; every side is even, because a clip's must be."""

from __future__ import annotations

import math

# Pixels of each resolution of a picture, and of a clip.
PICTURE_PIXELS = {"1k": 1024 * 1024, "2k": 2048 * 2048}
CLIP_PIXELS = 1280 * 720

Size = tuple[int, int]


def picture_size(aspect_ratio: str | None, resolution: str | None) -> Size | None:
    """Width and height of a picture; None, where nothing is said: the model's own.

    What is left out beside the other is a square, or 1k.
    """
    if aspect_ratio is None and resolution is None:
        return None
    width, height = of_ratio(aspect_ratio or "1:1", PICTURE_PIXELS["1k"])
    # 2k is twice as wide and high as 1k of the same shape, to the pixel.
    times = 2 if resolution == "2k" else 1
    return width * times, height * times


def clip_size(aspect_ratio: str | None) -> Size | None:
    """Width and height of a clip; None, where nothing is said: the model's own."""
    return None if aspect_ratio is None else of_ratio(aspect_ratio, CLIP_PIXELS)


def of_ratio(aspect_ratio: str, pixels: int) -> Size:
    """The largest size of exactly this ratio, such as "16:9", that has at most `pixels`."""
    across, down = (int(part) for part in aspect_ratio.split(":"))
    common = math.gcd(across, down)
    across, down = across // common, down // common
    times = math.isqrt(pixels // (across * down)) // 2 * 2
    return across * times, down * times


def like(width: int, height: int) -> Size:
    """The size of a clip that has the shape of a picture, as near as even sides allow."""
    scale = math.sqrt(CLIP_PIXELS / (width * height))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)
