"""A clip and its continuation as one file: the earlier frames, then the new ones, nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from generation.stamp.aigc import aigc_label
from generation.stamp.decoding import Unreadable, fps_of, frames_of
from generation.stamp.encoding import encode_mp4
from generation.stamp.stamping import MP4, finished, marked
from generation.stamp.types import Stamped, StampOrder

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The clip that is continued. `marked`: it carries the brand mark already."""

    file: BinaryIO
    marked: bool


def stamp_joined(
    earlier: Earlier, frames: Pixels, fps: int, seconds: int, order: StampOrder
) -> Stamped:
    """A finished MP4 of the earlier clip and the new frames, uint8 [F, H, W, 3], at its speed.

    The new frames follow its last one and last `seconds`. A mark that is there is not drawn
    again. Raises ValueError when the sizes differ, or the order cannot be written; Unreadable.
    """
    label = aigc_label(order.producer, order.produce_id)
    speed = fps_of(earlier.file)
    earlier.file.seek(0)
    added = _at_speed(frames, fps, speed)[: seconds * speed]
    before = frames_of(earlier.file)
    first = next(before, None)
    if first is None:
        raise Unreadable("the clip has no frames")
    if first.shape != added.shape[1:]:
        raise ValueError(f"frames of {added.shape[1:]} do not continue a clip of {first.shape}")
    before = chain([first], before)
    counted = _Counted(
        chain(before if earlier.marked else marked(before, order), marked(added, order))
    )
    height, width = first.shape[:2]
    data = encode_mp4(counted, (width, height), speed, label, order.software)
    return finished(data, MP4, width, height, counted.count / speed)


def _at_speed(frames: Pixels, fps: int, speed: int) -> Pixels:
    """The frames as a clip of another speed shows them: the nearest one at each moment."""
    if fps == speed:
        return frames
    count = len(frames) * speed // fps
    return frames[np.arange(count) * fps // speed]


class _Counted:
    """Counts what passes."""

    def __init__(self, frames: Iterable[Pixels]) -> None:
        self._frames = frames
        self.count = 0

    def __iter__(self) -> Iterator[Pixels]:
        for frame in self._frames:
            self.count += 1
            yield frame
