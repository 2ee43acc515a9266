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
    (drawn,) = marked(frame[None], order, fps=1)
    data = _PICTURES[mime](drawn, label, order.software)
    height, width = frame.shape[:2]
    # What lost nothing need not be unpacked to be hashed.
    known = pixels_sha256((width, height), drawn.tobytes()) if mime == PNG else ""
    return finished(data, mime, width, height, 0.0, order, known)


def stamp_clip(frames: NDArray[np.uint8], fps: int, order: StampOrder) -> Stamped:
    """A finished MP4 of frames, uint8 [F, H, W, 3], which are left as they are.

    Raises ValueError for another shape, odd sides or an order that cannot be written.
    """
    _require(frames, 4)
    label = aigc_label(order.producer, order.produce_id)
    count, height, width = frames.shape[:3]
    drawn = marked(frames, order, fps=fps)
    data = encode_mp4(drawn, (width, height), fps, label, order.software)
    return finished(data, MP4, width, height, count / fps, order)


def marked(frames: Iterable[Frame], order: StampOrder, *, fps: int) -> Iterator[Frame]:
    """Every frame in turn, as a copy that carries the visible marks that are ordered.

    The first `order.carried` frames carry them already and pass as they are.
    """
    labelled = math.inf if order.label_seconds is None else math.ceil(order.label_seconds * fps)
    for number, frame in enumerate(frames):
        copy = frame.copy()
        if number >= order.carried:
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
    data: bytes,
    mime: str,
    width: int,
    height: int,
    seconds: float,
    order: StampOrder,
    content: str = "",
) -> Stamped:
    """An encoded file, signed when that is ordered, and hashed: nothing touches it after this.

    content: the hash of what it shows, where that is known already.
    """
    content = content or content_sha256(data, mime)
    if order.signing is not None and order.made_at is not None:
        data = sign_manifest(data, mime, order)
    return Stamped(
        data=data,
        mime=mime,
        width=width,
        height=height,
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=content,
        seconds=seconds,
    )
