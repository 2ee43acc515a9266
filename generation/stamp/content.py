"""The hash of what is seen: it stays when a file's metadata is taken away, unlike the file's own.

A picture is hashed as pixels, so packing it anew without loss changes nothing. A clip is hashed as
its encoded samples, which copying it into another MP4 does not touch.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings

from PIL import Image

from generation.stamp.containers import boxes
from generation.stamp.types import MP4

PIXELS_MAX = 40_000_000


def content_sha256(data: bytes, mime: str) -> str:
    """The hash of what the file shows, in hex.

    Raises ValueError for a file that cannot be read, or a picture of more than 40 million pixels.
    """
    if mime == MP4:
        digest = hashlib.sha256(b"video")
        try:
            for payload in boxes(data, b"mdat"):
                digest.update(payload)
        except (struct.error, IndexError):
            raise ValueError("the clip is cut short or damaged") from None
        return digest.hexdigest()
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if picture.width * picture.height > PIXELS_MAX:
                raise ValueError(f"the picture has more than {PIXELS_MAX} pixels")
            return pixels_sha256(picture.size, picture.convert("RGB").tobytes())
    except (
        OSError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise ValueError(f"the picture cannot be read: {error}") from None


def pixels_sha256(size: tuple[int, int], rgb: bytes) -> str:
    """The same for a picture that is at hand as pixels, three bytes each. size: width, height."""
    return hashlib.sha256(b"image%dx%d" % size + rgb).hexdigest()
