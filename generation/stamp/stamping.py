"""From unstamped frames to a finished file. The order of the steps is the point of this module:

visible mark, encode with the label, hash. Whatever signs the file comes between the label and
the hash, since nothing may touch a file after it was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from generation.stamp.aigc import aigc_label
from generation.stamp.brand_mark import draw_brand_mark
from generation.stamp.encoding import encode_mp4, encode_png
from generation.stamp.types import Stamped, StampOrder

PNG = "image/png"
MP4 = "video/mp4"


def stamp_picture(frame: NDArray[np.uint8], order: StampOrder) -> Stamped:
    """A finished PNG of one frame, uint8 [H, W, 3], which is left as it is.

    Raises ValueError for another shape or an order that cannot be written.
    """
    _require(frame, 3)
    label = aigc_label(order.producer, order.produce_id)
    (drawn,) = marked(frame[None], order)
    data = encode_png(drawn, label, order.software)
    return finished(data, PNG, frame.shape[1], frame.shape[0], 0.0)


def stamp_clip(frames: NDArray[np.uint8], fps: int, order: StampOrder) -> Stamped:
    """A finished MP4 of frames, uint8 [F, H, W, 3], which are left as they are.

    Raises ValueError for another shape, odd sides or an order that cannot be written.
    """
    _require(frames, 4)
    label = aigc_label(order.producer, order.produce_id)
    count, height, width = frames.shape[:3]
    data = encode_mp4(marked(frames, order), (width, height), fps, label, order.software)
    return finished(data, MP4, width, height, count / fps)


def marked(frames: Iterable[NDArray[np.uint8]], order: StampOrder) -> Iterator[NDArray[np.uint8]]:
    """Every frame in turn, as a copy that carries the brand mark when it is ordered."""
    for frame in frames:
        copy = frame.copy()
        if order.brand_mark:
            draw_brand_mark(copy, order.brand_text)
        yield copy


def _require(frames: NDArray[np.uint8], dimensions: int) -> None:
    if frames.ndim != dimensions or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(f"frames are uint8 and RGB, not {frames.dtype} {frames.shape}")
    if not frames.size:
        raise ValueError("there are no frames to stamp")


def finished(data: bytes, mime: str, width: int, height: int, seconds: float) -> Stamped:
    return Stamped(data, mime, width, height, hashlib.sha256(data).hexdigest(), seconds)
