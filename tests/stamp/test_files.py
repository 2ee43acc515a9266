"""Finished files: one origin label where it belongs, a hash that is true, a clip that streams."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from generation.stamp.aigc import AIGC_NAMESPACE, IPTC_NAMESPACE, IPTC_TRAINED_MEDIA
from generation.stamp.reading import read_aigc
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import Stamped
from tests.stamp.conftest import BACKGROUNDS, CLEAN, MARKED, decode_mp4

LABEL = {
    "Label": "1",
    "ContentProducer": "INKLING-TEST",
    "ProduceID": "job_01",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}
FRAME = BACKGROUNDS["blobs"](320, 180)
CLIP = np.stack([np.roll(FRAME, 5 * step, axis=0) for step in range(9)])


@pytest.fixture(scope="module", params=["clean", "marked"])
def files(request: pytest.FixtureRequest) -> tuple[Stamped, Stamped]:
    """A picture and a clip, with and without the brand mark: the label is in both."""
    order = MARKED if request.param == "marked" else CLEAN
    return stamp_picture(FRAME, order), stamp_clip(CLIP, 8, order)


def test_exactly_one_label(files: tuple[Stamped, Stamped], tmp_path: Path) -> None:
    for file in files:
        assert read_aigc(file.data) == [LABEL]
        # However it is packed, the label stands once.
        assert file.data.count(b"ContentProducer") == 1
        path = tmp_path / "file"
        path.write_bytes(file.data)
        assert read_aigc(path) == [LABEL]


def test_what_is_said_of_a_file_is_true(files: tuple[Stamped, Stamped]) -> None:
    picture, clip = files
    for file in files:
        assert file.sha256 == hashlib.sha256(file.data).hexdigest()
        assert (file.width, file.height) == (320, 180)
    assert (picture.mime, picture.seconds) == ("image/png", 0)
    assert (clip.mime, clip.seconds) == ("video/mp4", 9 / 8)
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert (opened.format, opened.size, opened.mode) == ("PNG", (320, 180), "RGB")


def test_the_label_of_a_picture_stands_in_its_xmp(files: tuple[Stamped, Stamped]) -> None:
    with Image.open(io.BytesIO(files[0].data)) as picture:
        assert isinstance(picture, PngImagePlugin.PngImageFile)
        (packet,) = picture.text.values()
    root = ElementTree.fromstring(packet)
    assert len(list(root.iter(f"{{{AIGC_NAMESPACE}}}AIGC"))) == 1
    (source,) = root.iter(f"{{{IPTC_NAMESPACE}}}DigitalSourceType")
    assert source.text == IPTC_TRAINED_MEDIA


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


@pytest.mark.parametrize("value", ["", "two words", "生产者", "tab\t", "del\x7f"])
@pytest.mark.parametrize("field", ["producer", "produce_id"])
def test_values_the_label_may_not_hold_are_refused(field: str, value: str) -> None:
    order = replace(CLEAN, **{field: value})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=field):
        stamp_picture(FRAME, order)
    with pytest.raises(ValueError, match=field):
        stamp_clip(CLIP, 8, order)


def test_values_are_escaped() -> None:
    order = replace(CLEAN, producer='<&>"]]>\\', produce_id="'}{", software="a <b> & 'c' 墨")
    for file in (stamp_picture(FRAME, order), stamp_clip(CLIP, 8, order)):
        (label,) = read_aigc(file.data)
        assert (label["ContentProducer"], label["ProduceID"]) == ('<&>"]]>\\', "'}{")


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


def test_a_second_label_is_seen() -> None:
    info = PngImagePlugin.PngInfo()
    with Image.open(io.BytesIO(stamp_picture(FRAME, CLEAN).data)) as picture:
        info.add_itxt("XML:com.adobe.xmp", picture.info["XML:com.adobe.xmp"], zip=True)
        info.add_text("AIGC", '{"AIGC":{"Label":"2"}}')
        info.add_text("AIGC", "not json")
        file = io.BytesIO()
        picture.save(file, "PNG", pnginfo=info)
    assert read_aigc(file.getvalue()) == [LABEL, {"Label": "2"}, {"malformed": "not json"}]


def test_files_without_a_label_have_none() -> None:
    file = io.BytesIO()
    Image.fromarray(FRAME).save(file, "PNG")
    assert read_aigc(file.getvalue()) == []


def test_hostile_files_are_refused_or_read_as_unlabelled() -> None:
    with pytest.raises(ValueError, match="neither"):
        read_aigc(b"GIF89a")
    for file in (stamp_picture(FRAME, CLEAN).data, stamp_clip(CLIP, 8, CLEAN).data):
        for length in range(12, len(file), max(1, len(file) // 200)):
            try:
                labels = read_aigc(file[:length])
            except ValueError:
                continue
            assert labels in ([], [LABEL])
    entities = PngImagePlugin.PngInfo()
    entities.add_itxt("XML:com.adobe.xmp", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    bomb = PngImagePlugin.PngInfo()
    bomb.add_itxt("XML:com.adobe.xmp", "<a>" + " " * 2**24 + "</a>", zip=True)
    for info in (entities, bomb):
        hostile = io.BytesIO()
        Image.fromarray(FRAME).save(hostile, "PNG", pnginfo=info)
        assert read_aigc(hostile.getvalue()) == []
