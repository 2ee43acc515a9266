"""The small picture that stands for a file carries what the file carries."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
from PIL import Image

from generation.stamp.poster import POSTER_SIDE_MAX, poster_of
from generation.stamp.reading import read_aigc
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import StampOrder
from tests.stamp.conftest import BACKGROUNDS, CLEAN, MARKED


def seen(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def small(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def unlike(one: np.ndarray, other: np.ndarray) -> int:
    """How many pixels are plainly different."""
    return int((np.abs(one.astype(int) - other.astype(int)).max(axis=2) > 40).sum())


@pytest.mark.parametrize("background", ["white", "black", "grey", "blobs"])
@pytest.mark.parametrize("size", [(512, 512), (1280, 720), (720, 1280), (2048, 2048)])
def test_a_marked_picture_has_a_marked_poster(background: str, size: tuple[int, int]) -> None:
    frame = BACKGROUNDS[background](*size)
    stamped = stamp_picture(frame, MARKED)
    data = poster_of(stamped, MARKED)
    pixels = seen(data)
    shape = (pixels.shape[1], pixels.shape[0])
    assert max(shape) == POSTER_SIDE_MAX
    # It is the file that is delivered, smaller; and plainly not what it was before the mark.
    assert np.array_equal(pixels, small(seen(stamped.data), shape))
    assert unlike(pixels, small(frame, shape)) > 100
    assert len(read_aigc(data)) == 1


@pytest.mark.parametrize("order", [MARKED, CLEAN])
def test_a_clip_is_shown_by_its_first_frame(order: StampOrder) -> None:
    first, other = BACKGROUNDS["grey"](768, 512), BACKGROUNDS["black"](768, 512)
    stamped = stamp_clip(np.stack([first, *[other] * 7]), 8, order)
    data = poster_of(stamped, order)
    pixels = seen(data)
    assert pixels.shape == (320, 480, 3)
    assert (unlike(pixels, small(first, (480, 320))) > 100) is order.brand_mark
    assert len(read_aigc(data)) == 1


def test_nothing_is_made_larger() -> None:
    stamped = stamp_picture(BACKGROUNDS["blobs"](320, 256), MARKED)
    assert seen(poster_of(stamped, MARKED)).shape == (256, 320, 3)


def test_a_clip_plays_while_it_loads() -> None:
    data = stamp_clip(np.stack([BACKGROUNDS["blobs"](256, 256)] * 8), 8, MARKED).data
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
