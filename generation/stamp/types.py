"""What a stamp is told and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StampOrder:
    """How one artifact is to be stamped; decided when its job was submitted.

    brand_mark: whether the visible mark is drawn. producer: the operator's provider code.
    produce_id: number of the content. software: name and version of what made it.
    producer and produce_id are printable ASCII without spaces, as the label's standard asks.
    """

    brand_mark: bool
    producer: str
    produce_id: str
    software: str
    brand_text: str = "Inkling"


@dataclass(frozen=True, slots=True)
class Stamped:
    """A finished file. sha256 is of `data`, which is stored and delivered as it is.

    width, height: pixels. seconds: length of a clip, 0 for a picture.
    """

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    sha256: str
    seconds: float = 0.0
