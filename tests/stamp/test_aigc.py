"""The origin label: exactly one in every file, where its container's guide wants it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, PngImagePlugin

from generation.stamp.aigc import AIGC_NAMESPACE, IPTC_NAMESPACE, IPTC_TRAINED_MEDIA
from generation.stamp.reading import read_aigc
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import Stamped
from tests.stamp.conftest import CLEAN, CLIP, FRAME

LABEL = {
    "Label": "1",
    "ContentProducer": "INKLING-TEST",
    "ProduceID": "job_01",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}


def test_exactly_one_label(files: tuple[Stamped, Stamped], tmp_path: Path) -> None:
    for file in files:
        assert read_aigc(file.data) == [LABEL]
        # However it is packed, the label stands once.
        assert file.data.count(b"ContentProducer") == 1
        path = tmp_path / "file"
        path.write_bytes(file.data)
        assert read_aigc(path) == [LABEL]


def test_the_label_of_a_picture_stands_in_its_xmp(files: tuple[Stamped, Stamped]) -> None:
    with Image.open(io.BytesIO(files[0].data)) as picture:
        assert isinstance(picture, PngImagePlugin.PngImageFile)
        (packet,) = picture.text.values()
    root = ElementTree.fromstring(packet)
    assert len(list(root.iter(f"{{{AIGC_NAMESPACE}}}AIGC"))) == 1
    (source,) = root.iter(f"{{{IPTC_NAMESPACE}}}DigitalSourceType")
    assert source.text == IPTC_TRAINED_MEDIA


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
