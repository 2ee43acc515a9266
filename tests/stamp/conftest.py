"""Pictures to stamp, and a look into the files that come out."""

from __future__ import annotations

import io
from collections.abc import Callable

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import Stamped, StampOrder

Frame = NDArray[np.uint8]

MARKED = StampOrder(
    brand_mark=True, producer="INKLING-TEST", produce_id="job_01", software="Inkling demo"
)
CLEAN = StampOrder(
    brand_mark=False, producer="INKLING-TEST", produce_id="job_01", software="Inkling demo"
)


def plain(light: int) -> Callable[[int, int], Frame]:
    return lambda width, height: np.full((height, width, 3), light, np.uint8)


def noise(width: int, height: int) -> Frame:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def blobs(width: int, height: int) -> Frame:
    small = Image.fromarray(noise(width // 32 + 1, height // 32 + 1))
    return np.asarray(small.resize((width, height), Image.Resampling.LANCZOS))


def checks(width: int, height: int) -> Frame:
    squares = np.add.outer(np.arange(height) // 7, np.arange(width) // 7) % 2
    return np.repeat((squares * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def stripes(width: int, height: int) -> Frame:
    line = (np.arange(width) // 3 % 2 * 255).astype(np.uint8)
    return np.broadcast_to(line[None, :, None], (height, width, 3)).copy()


BACKGROUNDS: dict[str, Callable[[int, int], Frame]] = {
    "white": plain(255),
    "black": plain(0),
    "grey": plain(128),
    "noise": noise,
    "blobs": blobs,
    "checks": checks,
    "stripes": stripes,
}


def decode_png(data: bytes) -> Frame:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


def decode_mp4(data: bytes) -> list[Frame]:
    with av.open(io.BytesIO(data), "r") as container:
        return [
            frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in container.decode(video=0)
        ]


FRAME = BACKGROUNDS["blobs"](320, 180)
CLIP = np.stack([np.roll(FRAME, 5 * step, axis=0) for step in range(9)])


@pytest.fixture(scope="session", params=["clean", "marked"])
def files(request: pytest.FixtureRequest) -> tuple[Stamped, Stamped]:
    """A picture and a clip, with and without the brand mark: the label is in both."""
    order = MARKED if request.param == "marked" else CLEAN
    return stamp_picture(FRAME, order), stamp_clip(CLIP, 8, order)
