"""A clip and its continuation as one file: the earlier frames, then the new ones, nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from generation.stamp.aigc import aigc_label
from generation.stamp.content import content_sha256
from generation.stamp.decoding import Unreadable, fps_of, frames_of
from generation.stamp.encoding import encode_mp4
from generation.stamp.stamping import finished, frames_labelled, marked
from generation.stamp.types import MP4, Stamped, StampOrder

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The clip that is continued. `marked`, `labelled`: it carries the brand mark, or the visible
    label, already."""

    file: BinaryIO
    marked: bool
    labelled: bool = False


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
    drawn = _Drawn(earlier, chain([first], before), added, order, frames_labelled(order, speed))
    height, width = first.shape[:2]
    data = encode_mp4(drawn, (width, height), speed, label, order.software)
    content = content_sha256(data, MP4)
    return finished(data, MP4, (width, height), drawn.count / speed, order, content)


def _at_speed(frames: Pixels, fps: int, speed: int) -> Pixels:
    """The frames as a clip of another speed shows them: the nearest one at each moment."""
    if fps == speed:
        return frames
    count = len(frames) * speed // fps
    return frames[np.arange(count) * fps // speed]


class _Drawn:
    """The frames of both, each with the marks it lacks, one in memory at a time; counts them."""

    def __init__(
        self,
        earlier: Earlier,
        before: Iterable[Pixels],
        added: Iterable[Pixels],
        order: StampOrder,
        labelled: float,
    ) -> None:
        self._before = marked(
            before,
            replace(
                order,
                brand_mark=order.brand_mark and not earlier.marked,
                label="" if earlier.labelled else order.label,
            ),
            labelled=labelled,
        )
        self._added, self._order, self._labelled = added, order, labelled
        self.count = 0

    def __iter__(self) -> Iterator[Pixels]:
        for frame in self._before:
            self.count += 1
            yield frame
        # What the label still has to be shown for after the earlier frames, if anything.
        for frame in marked(self._added, self._order, labelled=self._labelled - self.count):
            self.count += 1
            yield frame
