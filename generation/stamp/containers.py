"""The parts of PNG, JPEG, WebP and MP4 files, read without trusting the file.

Whoever iterates must expect struct.error and IndexError from a file that is cut short.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from generation.stamp.types import JPEG, MP4, PNG, WEBP

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers of a JPEG without a length
_SCAN = 0xDA


def mime_of(data: bytes) -> str | None:
    """The type of a file by its first bytes, None when it is none of the four."""
    if data.startswith(PNG_SIGNATURE):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return MP4 if data[4:8] == b"ftyp" else None


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk."""
    at = len(PNG_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from("!I4s", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += length + 12


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment before the picture itself."""
    at = 2
    while at < len(data):
        start, marker = data[at], data[at + 1]
        if start != 0xFF:
            raise IndexError
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker == _SCAN:
            return
        else:
            (length,) = struct.unpack_from("!H", data, at + 2)
            if length < 2:
                raise IndexError
            yield marker, data[at + 4 : at + 2 + length]
            at += 2 + length


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk."""
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > len(data):
            raise IndexError
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def boxes(data: bytes, kind: bytes) -> Iterator[bytes]:
    """Contents of the boxes of one type that lie side by side in an MP4 or in a box of it."""
    return (body for found, body in walk(data) if found == kind)


def walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
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
