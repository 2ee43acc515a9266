"""What a stamp is told and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from generation.stamp.certificates import Signing

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
MP4 = "video/mp4"


@dataclass(frozen=True, slots=True)
class Parent:
    """The file that an extension goes on from: its bytes or where they lie, and its type."""

    file: bytes | Path = field(repr=False)
    mime: str = MP4

    def read(self) -> bytes:
        """The bytes. Raises OSError."""
        return self.file if isinstance(self.file, bytes) else self.file.read_bytes()


@dataclass(frozen=True, slots=True)
class StampOrder:
    """How one artifact is to be stamped; decided when its job was submitted.

    brand_mark: whether the visible mark is drawn. producer: the operator's provider code.
    produce_id: number of the content. software: name and version of what made it.
    producer and produce_id are printable ASCII without spaces, as the label's standard asks.
    label: words of the visible label, "" for none; label_seconds: how long a clip shows it from
    its start, None all through. signing, made_at: who signs the manifest, and the time it states;
    without both there is none. model, model_version: what it names as the maker. parent: what this
    goes on from.
    """

    brand_mark: bool
    producer: str
    produce_id: str
    software: str
    brand_text: str = "Inkling"
    label: str = ""
    label_seconds: float | None = None
    signing: Signing | None = None
    made_at: datetime | None = None
    model: str = ""
    model_version: str = ""
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class Stamped:
    """A finished file. sha256 is of `data`, which is stored and delivered as it is;
    content_sha256 is of what is seen, and the same without metadata: see `content`.

    width, height: pixels. seconds: length of a clip, 0 for a picture.
    """

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    sha256: str
    content_sha256: str
    seconds: float = 0.0
