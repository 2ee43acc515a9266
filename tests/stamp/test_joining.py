"""A clip and its continuation as one file."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from generation.stamp.brand_mark import find_brand_mark
from generation.stamp.decoding import Unreadable, fps_of, frames_of, last_frames
from generation.stamp.joining import Earlier, stamp_joined
from generation.stamp.reading import read_aigc
from generation.stamp.stamping import stamp_clip
from generation.stamp.types import StampOrder


def order(*, brand_mark: bool) -> StampOrder:
    return StampOrder(brand_mark=brand_mark, producer="TEST", produce_id="1", software="test")


def steps(first: int, count: int) -> NDArray[np.uint8]:
    """Frames that are each told by their level: the n-th of all is 7 × n."""
    levels = np.arange(first, first + count, dtype=np.uint8) * 7
    return np.broadcast_to(levels[:, None, None, None], (count, 160, 240, 3)).copy()


def levels(data: bytes) -> list[int]:
    return [round(frame[:80, :120].mean() / 7) for frame in frames_of(io.BytesIO(data))]


@pytest.mark.parametrize(("had", "marked"), [(True, True), (False, True), (False, False)])
def test_every_frame_once_in_its_order_and_marked(had: bool, marked: bool) -> None:
    parent = stamp_clip(steps(0, 17), 8, order(brand_mark=had)).data
    earlier = Earlier(io.BytesIO(parent), marked=had)
    joined = stamp_joined(earlier, steps(17, 18), 8, 2, order(brand_mark=marked))
    # Two seconds of eight frames: what the engine made beyond them is left.
    assert levels(joined.data) == list(range(33))
    assert joined.seconds == 33 / 8
    found = [find_brand_mark(frame) for frame in frames_of(io.BytesIO(joined.data))]
    assert found == [marked] * 33
    assert len(read_aigc(joined.data)) == 1


def test_other_speeds_are_brought_to_the_clips_own() -> None:
    parent = stamp_clip(steps(0, 16), 8, order(brand_mark=False)).data
    new = np.repeat(steps(16, 8), 2, axis=0)
    joined = stamp_joined(
        Earlier(io.BytesIO(parent), marked=False), new, 16, 1, order(brand_mark=False)
    )
    assert levels(joined.data) == list(range(24))
    assert fps_of(io.BytesIO(joined.data)) == 8


def test_last_frames() -> None:
    data = stamp_clip(steps(0, 17), 8, order(brand_mark=False)).data
    assert [round(frame.mean() / 7) for frame in last_frames(io.BytesIO(data), 3)] == [14, 15, 16]
    assert len(last_frames(io.BytesIO(data), 99)) == 17


def test_what_does_not_fit_is_refused() -> None:
    data = stamp_clip(steps(0, 9), 8, order(brand_mark=False)).data
    other = np.zeros((8, 120, 240, 3), np.uint8)
    with pytest.raises(ValueError, match="do not continue"):
        stamp_joined(Earlier(io.BytesIO(data), True), other, 8, 1, order(brand_mark=False))
    with pytest.raises(Unreadable):
        last_frames(io.BytesIO(b"no clip"), 3)
    with pytest.raises(Unreadable):
        fps_of(io.BytesIO(data[:100]))
