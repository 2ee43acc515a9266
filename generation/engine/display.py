"""From rendered to delivered frames and back: rectangles are filled, nothing is stretched."""

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


def fit(frame: NDArray[np.uint8], shown: tuple[int, int], width: int, height: int) -> Image.Image:
    """One given frame [H, W, 3] as a pipeline wants it: width × height.

    What `fill` would deliver of the result, its middle of the size `shown`, is the given frame
    itself, cropped centrally; the rest is mirrored at the edges.
    """
    scale = max(shown[0] / frame.shape[1], shown[1] / frame.shape[0])
    size = (
        max(shown[0], round(frame.shape[1] * scale)),
        max(shown[1], round(frame.shape[0] * scale)),
    )
    image = Image.fromarray(np.ascontiguousarray(frame))
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - shown[0]) // 2, (size[1] - shown[1]) // 2
    middle = np.asarray(image)[top : top + shown[1], left : left + shown[0]]
    # `fill` crops the odd pixel at the end.
    before = (max(0, height - shown[1]) // 2, max(0, width - shown[0]) // 2)
    after = (max(0, height - shown[1]) - before[0], max(0, width - shown[0]) - before[1])
    edges = ((before[0], after[0]), (before[1], after[1]), (0, 0))
    return Image.fromarray(np.pad(middle, edges, mode="symmetric"))
