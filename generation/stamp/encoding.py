"""Frames into files, with the label written where each container's guide puts it."""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from generation.stamp.aigc import AIGC_KEY, XMP_BOX, XMP_KEYWORD, xmp_packet

# Quality against size: a level of the DEFLATE method, and x264's constant rate factor.
PNG_LEVEL = 4
JPEG_QUALITY = 92
WEBP_QUALITY = 92
X264_OPTIONS = {"preset": "veryfast", "crf": "20"}
BT709 = 1


def encode_png(frame: NDArray[np.uint8], label: str, software: str) -> bytes:
    """A PNG of one frame [H, W, 3] with an XMP packet that carries the label."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt(XMP_KEYWORD, xmp_packet(label, software))
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG", pnginfo=info, compress_level=PNG_LEVEL)
    return file.getvalue()


def encode_jpeg(frame: NDArray[np.uint8], label: str, software: str) -> bytes:
    """A JPEG of one frame [H, W, 3] whose XMP segment carries the label."""
    file = io.BytesIO()
    packet = xmp_packet(label, software).encode()
    Image.fromarray(frame).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0, xmp=packet)
    return file.getvalue()


def encode_webp(frame: NDArray[np.uint8], label: str, software: str) -> bytes:
    """A WebP of one frame [H, W, 3] whose XMP chunk carries the label."""
    file = io.BytesIO()
    packet = xmp_packet(label, software).encode()
    Image.fromarray(frame).save(file, "WEBP", quality=WEBP_QUALITY, method=2, xmp=packet)
    return file.getvalue()


def encode_mp4(
    frames: Iterable[NDArray[np.uint8]], size: tuple[int, int], fps: int, label: str, software: str
) -> bytes:
    """An H.264 file of frames [H, W, 3] of size (width, height), that plays while it loads.

    The label stands in its metadata keys, the IPTC source type in an XMP box at the end.

    One frame is in memory at a time. Raises ValueError for odd sides, which yuv420p cannot halve.
    """
    width, height = size
    if width % 2 or height % 2:
        raise ValueError(f"a clip's sides are even, not {width} × {height}")
    # Moving the index to the front reads the file again, so it needs a name.
    with tempfile.TemporaryDirectory(prefix="stamp-") as folder:
        path = Path(folder) / "clip.mp4"
        options = {"movflags": "use_metadata_tags+faststart"}
        with av.open(str(path), "w", options=options) as container:
            container.metadata[AIGC_KEY] = label
            container.metadata["software"] = software
            stream = container.add_stream("libx264", rate=Fraction(fps), options=X264_OPTIONS)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            context = stream.codec_context
            context.color_range = ColorRange.MPEG
            context.colorspace = context.color_primaries = context.color_trc = BT709
            for frame in frames:
                picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
                    format="yuv420p",
                    src_color_range=ColorRange.JPEG,
                    dst_color_range=ColorRange.MPEG,
                    dst_colorspace=Colorspace.ITU709,
                )
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        packet = XMP_BOX + xmp_packet(None, software).encode()
        return path.read_bytes() + struct.pack("!I4s", len(packet) + 8, b"uuid") + packet
