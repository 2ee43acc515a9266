"""Read origin labels back from a file, from every place one may stand, without trusting the file.

A compliant file has exactly one; this returns all, so that a second one is seen.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from generation.stamp.aigc import AIGC_KEY, AIGC_NAMESPACE
from generation.stamp.encoding import XMP_KEYWORD

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXT_BYTES_MAX = 1 << 20


def read_aigc(source: bytes | Path | str) -> list[dict[str, Any]]:
    """Every AIGC label in a PNG or MP4, in file order; empty when there is none.

    A label that is not JSON is returned as {"malformed": its text}.
    Raises ValueError when the file is neither PNG nor MP4, or is cut short.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    if data.startswith(PNG_SIGNATURE):
        found = _png_labels(data)
    elif data[4:8] == b"ftyp":
        found = _mp4_labels(data)
    else:
        raise ValueError("the file is neither PNG nor MP4")
    try:
        return [_parsed(text) for text in found]
    except (struct.error, IndexError, zlib.error) as error:
        raise ValueError("the file is cut short or damaged") from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {"malformed": text}
    if isinstance(value, dict) and isinstance(value.get(AIGC_KEY), dict):
        value = value[AIGC_KEY]  # the guide's alternative spelling wraps the label
    return value if isinstance(value, dict) else {"malformed": text}


def _png_labels(data: bytes) -> Iterator[str]:
    for kind, body in _png_chunks(data):
        if kind not in (b"tEXt", b"iTXt"):
            continue
        keyword, text = body.split(b"\0", 1)
        if kind == b"iTXt":
            text = _international_text(text)
        if keyword == XMP_KEYWORD.encode():
            yield from _xmp_labels(text)
        elif keyword == AIGC_KEY.encode():
            yield text.decode("utf-8", "replace")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from("!I4s", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += length + 12


def _international_text(body: bytes) -> bytes:
    """The text of an iTXt chunk, after its keyword."""
    compressed = body[0]
    text = body[2:].split(b"\0", 2)[2]
    return zlib.decompressobj().decompress(text, TEXT_BYTES_MAX) if compressed else text


def _xmp_labels(packet: bytes) -> Iterator[str]:
    """Labels of an XMP packet, written as an element or as an attribute."""
    if len(packet) > TEXT_BYTES_MAX or b"<!" in packet:
        return  # no packet declares entities, and none is this long
    try:
        root = ElementTree.parse(io.BytesIO(packet)).getroot()
    except ElementTree.ParseError:
        return
    name = f"{{{AIGC_NAMESPACE}}}{AIGC_KEY}"
    for element in root.iter():
        if element.tag == name:
            yield element.text or ""
        if name in element.attrib:
            yield element.attrib[name]


def _mp4_labels(data: bytes) -> Iterator[str]:
    for moov in _boxes(data, b"moov"):
        for holder in (moov, *_boxes(moov, b"udta")):
            for meta in _boxes(holder, b"meta"):
                yield from _metadata_values(meta)


def _metadata_values(meta: bytes) -> Iterator[str]:
    """Values of the `AIGC` key of a metadata box: `keys` names them, `ilst` holds them."""
    inside = meta if meta[4:8] == b"hdlr" else meta[4:]
    names = [name for keys in _boxes(inside, b"keys") for name in _key_names(keys)]
    for items in _boxes(inside, b"ilst"):
        for index, item in _walk(items):
            number = int.from_bytes(index)
            if 1 <= number <= len(names) and names[number - 1] == AIGC_KEY.encode():
                for value in _boxes(item, b"data"):
                    yield value[8:].decode("utf-8", "replace")


def _key_names(keys: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(keys):
        (size,) = struct.unpack_from("!I", keys, at)
        if size < 8:
            raise IndexError
        yield keys[at + 8 : at + size]
        at += size


def _boxes(data: bytes, kind: bytes) -> Iterator[bytes]:
    return (body for found, body in _walk(data) if found == kind)


def _walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes that lie side by side in `data`: type and content of each."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from("!I4s", data, at)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from("!Q", data, at + 8)
            header = 16
        end = at + size if size else len(data)
        if end < at + header or end > len(data):
            raise IndexError
        yield kind, data[at + header : end]
        at = end
