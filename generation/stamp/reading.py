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

from generation.stamp.aigc import AIGC_KEY, AIGC_NAMESPACE, XMP_BOX, XMP_KEYWORD
from generation.stamp.containers import (
    boxes,
    jpeg_segments,
    mime_of,
    png_chunks,
    walk,
    webp_chunks,
)
from generation.stamp.types import JPEG, MP4, PNG, WEBP

TEXT_BYTES_MAX = 1 << 20
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_APP1 = 0xE1


def read_aigc(source: bytes | Path | str) -> list[dict[str, Any]]:
    """Every AIGC label in a PNG, JPEG, WebP or MP4, in file order; empty when there is none.

    A label that is not JSON is returned as {"malformed": its text}.
    Raises ValueError when the file is of another type, or is cut short.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    mime = mime_of(data)
    if mime is None:
        raise ValueError("the file is neither PNG, JPEG, WebP nor MP4")
    try:
        return [_parsed(text) for text in _READERS[mime](data)]
    except (struct.error, IndexError, zlib.error, ValueError) as error:
        raise ValueError("the file is cut short or damaged") from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {"malformed": text}
    if isinstance(value, dict) and isinstance(value.get(AIGC_KEY), dict):
        value = value[AIGC_KEY]  # the guide's alternative spelling wraps the label
    return value if isinstance(value, dict) else {"malformed": text}


def _png_labels(data: bytes) -> Iterator[str]:
    for kind, body in png_chunks(data):
        if kind not in (b"tEXt", b"iTXt"):
            continue
        keyword, text = body.split(b"\0", 1)
        if kind == b"iTXt":
            text = _international_text(text)
        if keyword == XMP_KEYWORD.encode():
            yield from _xmp_labels(text)
        elif keyword == AIGC_KEY.encode():
            yield text.decode("utf-8", "replace")


def _international_text(body: bytes) -> bytes:
    """The text of an iTXt chunk, after its keyword."""
    compressed = body[0]
    text = body[2:].split(b"\0", 2)[2]
    return zlib.decompressobj().decompress(text, TEXT_BYTES_MAX) if compressed else text


def _jpeg_labels(data: bytes) -> Iterator[str]:
    for marker, body in jpeg_segments(data):
        if marker == _APP1 and body.startswith(_JPEG_XMP):
            yield from _xmp_labels(body[len(_JPEG_XMP) :])


def _webp_labels(data: bytes) -> Iterator[str]:
    for kind, body in webp_chunks(data):
        if kind == b"XMP ":
            yield from _xmp_labels(body)


def _xmp_labels(packet: bytes) -> Iterator[str]:
    """Labels of an XMP packet, written as an element or as an attribute."""
    if len(packet) > TEXT_BYTES_MAX or b"<!" in packet:
        return  # no packet declares entities, and none is this long
    try:
        root = ElementTree.parse(io.BytesIO(packet)).getroot()
    except (ElementTree.ParseError, LookupError, ValueError):
        return
    name = f"{{{AIGC_NAMESPACE}}}{AIGC_KEY}"
    for element in root.iter():
        if element.tag == name:
            yield element.text or ""
        if name in element.attrib:
            yield element.attrib[name]


def _mp4_labels(data: bytes) -> Iterator[str]:
    for kind, body in walk(data):
        if kind == b"uuid" and body.startswith(XMP_BOX):
            yield from _xmp_labels(body[len(XMP_BOX) :])
        if kind != b"moov":
            continue
        for holder in (body, *boxes(body, b"udta")):
            for meta in boxes(holder, b"meta"):
                yield from _metadata_values(meta)


def _metadata_values(meta: bytes) -> Iterator[str]:
    """Values of the `AIGC` key of a metadata box: `keys` names them, `ilst` holds them."""
    inside = meta if meta[4:8] == b"hdlr" else meta[4:]
    names = [name for keys in boxes(inside, b"keys") for name in _key_names(keys)]
    for items in boxes(inside, b"ilst"):
        for index, item in walk(items):
            number = int.from_bytes(index)
            if 1 <= number <= len(names) and names[number - 1] == AIGC_KEY.encode():
                for value in boxes(item, b"data"):
                    yield value[8:].decode("utf-8", "replace")


def _key_names(keys: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(keys):
        (size,) = struct.unpack_from("!I", keys, at)
        if size < 8:
            raise IndexError
        yield keys[at + 8 : at + size]
        at += size


_READERS = {PNG: _png_labels, JPEG: _jpeg_labels, WEBP: _webp_labels, MP4: _mp4_labels}
