"""From rendered frames to delivered frames: fill the delivered rectangle, nothing is stretched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def fill(frame: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Scale one frame [H, W, 3] up until it covers width × height (Lanczos), then crop centrally.

    A frame that covers it already is only cropped.
    """
    scale = max(width / frame.shape[1], height / frame.shape[0])
    if scale > 1:
        grown = (
            max(width, round(frame.shape[1] * scale)),
            max(height, round(frame.shape[0] * scale)),
        )
        frame = np.asarray(Image.fromarray(frame).resize(grown, Image.Resampling.LANCZOS))
    top = (frame.shape[0] - height) // 2
    left = (frame.shape[1] - width) // 2
    return np.ascontiguousarray(frame[top : top + height, left : left + width])
