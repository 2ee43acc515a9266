"""Pictures to send: good ones, odd ones, and ones made to break the reader."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

ORIENTATION = 0x0112
GPS = 0x8825


def gradient(width: int = 400, height: int = 300) -> Image.Image:
    """Dark on the left, light on the right, green below: each corner is known by its colour."""
    x = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height, dtype=np.uint8)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([x, y, np.full_like(x, 60)], axis=2))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The file of an image."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))


def png_of(width: int, height: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG whose header says width × height, whatever its rows say; 8-bit grey."""
    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            *extra,
            chunk(b"IDAT", rows),
            chunk(b"IEND", b""),
        ]
    )


def bomb() -> bytes:
    """Fifty kilobytes that unpack to fifty million pixels and a row more."""
    width, height = 7072, 7072
    rows = zlib.compress((b"\0" + bytes(width)) * height, 9)
    return png_of(width, height, rows)


def text_bomb() -> bytes:
    """A picture with a compressed text that unpacks to two hundred megabytes."""
    text = b"note\0\0" + zlib.compress(bytes(200_000_000), 9)
    rows = zlib.compress((b"\0" + bytes(400)) * 300, 9)
    return png_of(400, 300, rows, chunk(b"zTXt", text))


def animation(kind: str) -> bytes:
    """Two pictures, one after the other."""
    return encoded(
        gradient(),
        kind,
        save_all=True,
        append_images=[gradient().rotate(180)],
        duration=100,
    )


def photograph(orientation: int = 6) -> bytes:
    """A JPEG taken sideways, with the place it was taken at and sixty kilobytes of notes."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010E] = "x" * 60_000
    return encoded(gradient(), "JPEG", exif=exif, quality=95)
