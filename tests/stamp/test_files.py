"""Finished files: a hash that is true, right colours, a clip that plays while it loads."""

from __future__ import annotations

import hashlib
import io
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import Stamped
from tests.stamp.conftest import CLEAN, CLIP, decode_mp4


def test_what_is_said_of_a_file_is_true(files: tuple[Stamped, Stamped]) -> None:
    picture, clip = files
    for file in files:
        assert file.sha256 == hashlib.sha256(file.data).hexdigest()
        assert (file.width, file.height) == (320, 180)
    assert (picture.mime, picture.seconds) == ("image/png", 0)
    assert (clip.mime, clip.seconds) == ("video/mp4", 9 / 8)
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert (opened.format, opened.size, opened.mode) == ("PNG", (320, 180), "RGB")


def test_a_clip_plays_in_browsers_while_it_loads(files: tuple[Stamped, Stamped]) -> None:
    data = files[1].data
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data), "r") as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == Fraction(8)
        assert stream.frames == 9
        assert container.duration == pytest.approx(9 / 8 * av.time_base, rel=0.01)


def test_colours_survive_the_encoder() -> None:
    clean = stamp_clip(CLIP, 8, CLEAN)
    for shown, rendered in zip(decode_mp4(clean.data), CLIP, strict=True):
        assert np.abs(shown.astype(int) - rendered).mean() < 6
    for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255), (250, 128, 10)):
        flat = np.broadcast_to(np.array(colour, np.uint8), (2, 64, 64, 3))
        shown = decode_mp4(stamp_clip(flat, 8, CLEAN).data)[-1]
        assert np.abs(shown.astype(int) - colour).mean() < 3


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(frames: np.ndarray) -> None:
    with pytest.raises(ValueError, match="frames"):
        stamp_picture(frames, CLEAN)


def test_odd_sides_are_refused_for_a_clip() -> None:
    with pytest.raises(ValueError, match="even"):
        stamp_clip(np.zeros((2, 63, 64, 3), np.uint8), 8, CLEAN)
