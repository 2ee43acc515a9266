"""Frames out of files this program made, one at a time, in the colours they were stamped in."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


class Unreadable(ValueError):
    """The file is not the picture or the clip it should be."""


def read_picture(file: BinaryIO) -> Pixels:
    """A picture as uint8 [H, W, 3]. Raises Unreadable."""
    try:
        with Image.open(io.BytesIO(file.read()), formats=("PNG",)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable(str(error)) from error


def frames_of(file: BinaryIO) -> Iterator[Pixels]:
    """Every frame of a clip in turn, uint8 [H, W, 3]. Raises Unreadable."""
    try:
        with av.open(file, "r") as container:
            for frame in container.decode(video=0):
                picture = frame.reformat(
                    format="rgb24",
                    src_colorspace=Colorspace.ITU709,
                    src_color_range=ColorRange.MPEG,
                    dst_color_range=ColorRange.JPEG,
                )
                yield picture.to_ndarray().astype(np.uint8, copy=False)
    except (av.FFmpegError, IndexError) as error:
        raise Unreadable(str(error)) from error


def fps_of(file: BinaryIO) -> int:
    """Whole frames a second. Raises Unreadable."""
    try:
        with av.open(file) as container:
            rate = container.streams.video[0].average_rate
    except (av.FFmpegError, IndexError) as error:
        raise Unreadable(str(error)) from error
    if not rate:
        raise Unreadable("the clip does not say how fast it is")
    return round(rate)


def last_frames(file: BinaryIO, count: int) -> Pixels:
    """The last frames of a clip, uint8 [frames, H, W, 3]: `count`, or all when there are fewer.

    Raises Unreadable.
    """
    kept = deque(frames_of(file), maxlen=count)
    if not kept:
        raise Unreadable("the clip has no frames")
    return np.stack(kept)
