"""A small picture that stands for a finished file. It is made from the file as it is delivered, so
it carries the same visible marks, and a label of its own."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.stamp.decoding import Unreadable, frames_of, read_picture
from generation.stamp.stamping import stamp_picture
from generation.stamp.types import Stamped, StampOrder

# Twice the width of a tile in the gallery.
POSTER_SIDE_MAX = 480


def poster_of(stamped: Stamped, order: StampOrder) -> bytes:
    """A PNG at most `POSTER_SIDE_MAX` long: the picture, or the first frame of the clip.

    Raises Unreadable when the file holds no frame.
    """
    small = _small(_first_frame(stamped))
    # Its marks are in the pixels already; what is not seen is written anew, and signed.
    return stamp_picture(small, replace(order, brand_mark=False, label="", parent=None)).data


def _first_frame(stamped: Stamped) -> NDArray[np.uint8]:
    file = io.BytesIO(stamped.data)
    if stamped.mime != "video/mp4":
        return read_picture(file)
    for frame in frames_of(file):
        return frame
    raise Unreadable("the clip has no frame")


def _small(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    scale = POSTER_SIDE_MAX / max(height, width)
    if scale >= 1:
        return frame
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS))
