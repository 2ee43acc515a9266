"""Reads a picture somebody sent, whatever it claims to be, and makes a clean one of it. Pure.

Only pixels come through: upright, RGB, sRGB, at most `LONG_SIDE_MAX` long, written anew as PNG.
Names, places, cameras, profiles, thumbnails and whatever hides behind the picture stay outside.
"""

from __future__ import annotations

import contextlib
import io
import logging
import threading
from dataclasses import dataclass, field
from enum import StrEnum

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

log = logging.getLogger(__name__)

BYTES_MAX = 10_000_000
PIXELS_MAX = 50_000_000
SIDE_MIN = 300
# Long side to short side, as two whole numbers: 2.5 to 1.
RATIO_MAX = (5, 2)
LONG_SIDE_MAX = 2048
PNG_LEVEL = 3
PNG = "image/png"

_FORMATS = ("JPEG", "PNG", "WEBP")
# Of fifty million pixels one takes 150 MB while it is decoded: not all threads at once.
_DECODERS = threading.BoundedSemaphore(2)


class Fault(StrEnum):
    """What is wrong with a picture."""

    TOO_LARGE = "too_large"
    TYPE = "type"
    BROKEN = "broken"
    ANIMATED = "animated"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    SHAPE = "shape"


class PictureFault(Exception):
    """This is no picture we take."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture: a PNG of `width` × `height`."""

    data: bytes = field(repr=False)
    width: int
    height: int


def clean(data: bytes) -> Picture:
    """The picture in `data`, cleaned. Raises PictureFault.

    Transparent parts become white; 16 bits become 8; of a JPEG with several pictures the first
    counts, since phones store depth and light that way; an animation is refused.
    """
    if len(data) > BYTES_MAX:
        raise PictureFault(Fault.TOO_LARGE)
    with _DECODERS:
        try:
            return _clean(data)
        except PictureFault:
            raise
        except Exception as error:
            # What a decoder raises at bytes made to break it is not a closed list.
            log.info("a picture could not be read: %r", error)
            raise PictureFault(Fault.BROKEN) from None


def _clean(data: bytes) -> Picture:
    with _opened(data) as image:
        _check(image)
        # Upright before anything is thrown away. A JPEG is decoded no larger than it is needed.
        image.draft("RGB", (LONG_SIDE_MAX, LONG_SIDE_MAX))
        image.load()
        upright = _upright(image)
        pixels = _rgb(upright)
    pixels.thumbnail((LONG_SIDE_MAX, LONG_SIDE_MAX), Image.Resampling.LANCZOS)
    # A new picture of the bare pixels: what was read from the file stays with the old one.
    bare = Image.frombytes("RGB", pixels.size, pixels.tobytes())
    file = io.BytesIO()
    bare.save(file, "PNG", compress_level=PNG_LEVEL)
    return Picture(file.getvalue(), *bare.size)


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise PictureFault(Fault.TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        # The header of a known type with nothing readable behind it is broken, not unknown.
        raise PictureFault(Fault.BROKEN if _looks_known(data) else Fault.TYPE) from None


def _looks_known(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def _check(image: Image.Image) -> None:
    """Refuse by what the header says, before a pixel is decoded."""
    width, height = image.size
    if width * height > PIXELS_MAX:
        raise PictureFault(Fault.TOO_MANY_PIXELS)
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise PictureFault(Fault.ANIMATED)
    if min(width, height) < SIDE_MIN:
        raise PictureFault(Fault.TOO_SMALL)
    if max(width, height) * RATIO_MAX[1] > min(width, height) * RATIO_MAX[0]:
        raise PictureFault(Fault.SHAPE)


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says. EXIF that cannot be read says nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception as error:
        log.info("EXIF was ignored: %r", error)
        return image


def _rgb(image: Image.Image) -> Image.Image:
    """As eight-bit sRGB on white."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey: Pillow would clip them, not scale them.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        return ground.convert("RGB")
    profile = image.info.get("icc_profile")
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
    return image.convert("RGB")
