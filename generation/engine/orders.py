"""Pieces of work on their way to the child: values as JSON, frames in one nameless file.

A file and not JSON: a prefix of a clip has millions of numbers. Pieces that share a frame send it
once.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from generation.engine.channel import Message
from generation.engine.types import Camera, RenderSpec

FRAMES = ("first_frame", "last_frame", "prefix")


@contextmanager
def packed(specs: Sequence[RenderSpec], scratch_dir: Path) -> Iterator[tuple[Message, int | None]]:
    """What to send for `specs`, and the open file that goes with it; None without any frames."""
    if not any(getattr(spec, name) is not None for spec in specs for name in FRAMES):
        yield {"specs": [_values(spec) for spec in specs], "frame_bytes": 0}, None
        return
    scratch_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch_dir) as file:
        places: dict[int, dict[str, Any]] = {}
        wire = [_values(spec) | _written(spec, file, places) for spec in specs]
        file.flush()
        yield {"specs": wire, "frame_bytes": file.tell()}, file.fileno()


def unpacked(message: Message) -> list[RenderSpec]:
    """The pieces in a message of `packed`. Closes its file.

    Raises ValueError when the file is not as announced.
    """
    data: bytes | mmap.mmap = b""
    if message.get("frame_bytes"):
        descriptor: int = message["file"]
        try:
            if os.fstat(descriptor).st_size != message["frame_bytes"]:
                raise ValueError("the frames of an order did not arrive whole")
            data = mmap.mmap(descriptor, message["frame_bytes"], access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
    return [_spec(values, data) for values in message["specs"]]


def _values(spec: RenderSpec) -> dict[str, Any]:
    values = {one.name: getattr(spec, one.name) for one in fields(spec) if one.name not in FRAMES}
    return {**values, "camera": spec.camera and asdict(spec.camera)}


def _written(
    spec: RenderSpec, file: IO[bytes], places: dict[int, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Where each of a piece's frames lies in the file, written there unless it was already."""
    given = {name: getattr(spec, name) for name in FRAMES}
    wire = {}
    for name, frames in given.items():
        if frames is None:
            continue
        if id(frames) not in places:
            places[id(frames)] = {"at": file.tell(), "shape": list(frames.shape)}
            file.write(np.ascontiguousarray(frames).data)
        wire[name] = places[id(frames)]
    return wire


def _spec(values: dict[str, Any], data: bytes | mmap.mmap) -> RenderSpec:
    frames = {name: _frames(values[name], data) for name in FRAMES if name in values}
    camera = values["camera"] and Camera(**values["camera"])
    return RenderSpec(**{**values, **frames, "camera": camera})


def _frames(place: dict[str, Any], data: bytes | mmap.mmap) -> NDArray[np.uint8]:
    shape = tuple(place["shape"])
    count = int(np.prod(shape))
    return np.frombuffer(data, np.uint8, count, place["at"]).reshape(shape)
