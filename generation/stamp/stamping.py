"""From unstamped frames to a finished file. The order of the steps is the point of this module:

visible marks, encode with the label, sign, hash. Nothing may touch a file after it was signed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from generation.stamp.aigc import aigc_label
from generation.stamp.brand_mark import draw_brand_mark
from generation.stamp.content import content_sha256, pixels_sha256
from generation.stamp.encoding import encode_jpeg, encode_mp4, encode_png, encode_webp
from generation.stamp.manifests import sign_manifest
from generation.stamp.types import JPEG, MP4, PNG, WEBP, Stamped, StampOrder
from generation.stamp.visible_label import draw_label

Frame = NDArray[np.uint8]
_PICTURES: dict[str, Callable[[Frame, str, str], bytes]] = {
    PNG: encode_png,
    JPEG: encode_jpeg,
    WEBP: encode_webp,
}


def stamp_picture(frame: Frame, order: StampOrder, mime: str = PNG) -> Stamped:
    """A finished picture of one frame, uint8 [H, W, 3], which is left as it is.

    Raises ValueError for another shape, another type or an order that cannot be written.
    """
    _require(frame, 3)
    if mime not in _PICTURES:
        raise ValueError(f"pictures are {', '.join(_PICTURES)}, not {mime}")
    label = aigc_label(order.producer, order.produce_id)
    (drawn,) = marked(frame[None], order, labelled=1)
    data = _PICTURES[mime](drawn, label, order.software)
    size = (frame.shape[1], frame.shape[0])
    # What lost nothing need not be unpacked to be hashed.
    content = pixels_sha256(size, drawn.tobytes()) if mime == PNG else content_sha256(data, mime)
    return finished(data, mime, size, 0.0, order, content)


def stamp_clip(frames: NDArray[np.uint8], fps: int, order: StampOrder) -> Stamped:
    """A finished MP4 of frames, uint8 [F, H, W, 3], which are left as they are.

    Raises ValueError for another shape, odd sides or an order that cannot be written.
    """
    _require(frames, 4)
    label = aigc_label(order.producer, order.produce_id)
    count, height, width = frames.shape[:3]
    drawn = marked(frames, order, labelled=frames_labelled(order, fps))
    data = encode_mp4(drawn, (width, height), fps, label, order.software)
    content = content_sha256(data, MP4)
    return finished(data, MP4, (width, height), count / fps, order, content)


def frames_labelled(order: StampOrder, fps: int) -> float:
    """How many frames from its start a clip shows the visible label on; may be infinite."""
    return math.inf if order.label_seconds is None else math.ceil(order.label_seconds * fps)


def marked(frames: Iterable[Frame], order: StampOrder, *, labelled: float) -> Iterator[Frame]:
    """Every frame in turn, as a copy that carries the marks that are ordered; the visible label
    on the first `labelled` frames."""
    for number, frame in enumerate(frames):
        copy = frame.copy()
        if order.brand_mark:
            draw_brand_mark(copy, order.brand_text)
        if order.label and number < labelled:
            draw_label(copy, order.label)
        yield copy


def _require(frames: NDArray[np.uint8], dimensions: int) -> None:
    if frames.ndim != dimensions or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(f"frames are uint8 and RGB, not {frames.dtype} {frames.shape}")
    if not frames.size:
        raise ValueError("there are no frames to stamp")


def finished(
    data: bytes, mime: str, size: tuple[int, int], seconds: float, order: StampOrder, content: str
) -> Stamped:
    """Sign and hash what was encoded. size: width, height. content: the hash of what it shows."""
    if order.signing is not None and order.made_at is not None:
        data = sign_manifest(data, mime, order)
    width, height = size
    return Stamped(
        data=data,
        mime=mime,
        width=width,
        height=height,
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=content,
        seconds=seconds,
    )
