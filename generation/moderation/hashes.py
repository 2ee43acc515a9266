"""Perceptual hashes of pictures (PDQ, 256 bits): a copy has a hash that is near. Pure.

What is seen through: other formats and sizes, compression, blur, brightness, grey, mirrored and
turned by quarters, up to a hundredth cut off each side. A larger cut is another picture to it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from generation.moderation.lists import Fault
from generation.moderation.types import CATEGORIES

# Of 256 bits. The authors of PDQ advise 31; unrelated pictures differ in about half of the bits.
DISTANCE_MAX = 31
# Below this a picture has too little in it to be known by: plain walls are all alike.
QUALITY_MIN = 50
# PDQ itself looks at 64 × 64; more than this only costs time.
_SIDE_MAX = 512
ROWS_MAX = 1_000_000
_HEX = re.compile(r"[0-9a-f]{64}")
COLUMNS = ("pdq", "category", "note")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ListedHash:
    """A line of a list of forbidden pictures."""

    pdq: str
    category: str
    note: str


@dataclass(frozen=True, slots=True)
class Match:
    """The listed hash that is nearest, and by how many bits it differs."""

    index: int
    distance: int


class HashList:
    """Hashes made ready to be compared with; `keys` says what each belongs to."""

    def __init__(self, hashes: Sequence[str], keys: Sequence[int]) -> None:
        self.keys = tuple(keys)
        packed = b"".join(bytes.fromhex(one) for one in hashes)
        self._hashes = np.frombuffer(packed, dtype=np.uint64).reshape(-1, 4)

    def nearest(self, pixels: Pixels) -> Match | None:
        """The nearest listed picture within reach, None when there is none."""
        if not self.keys:
            return None
        best: Match | None = None
        for pdq in hashes_of(pixels):
            mine = np.frombuffer(bytes.fromhex(pdq), dtype=np.uint64)
            distances = np.bitwise_count(self._hashes ^ mine).sum(axis=1)
            index = int(distances.argmin())
            distance = int(distances[index])
            if distance <= DISTANCE_MAX and (best is None or distance < best.distance):
                best = Match(index, distance)
        return best


def hash_of(pixels: Pixels) -> str | None:
    """The PDQ hash as 64 hex digits; None where there is too little in the picture."""
    return next(iter(hashes_of(pixels)), None)


def hashes_of(pixels: Pixels) -> list[str]:
    """The hash of a picture as it is, mirrored and turned; none where there is too little in it."""
    vectors, quality = pdqhash.compute_dihedral(_small(pixels))
    if quality < QUALITY_MIN:
        return []
    return [np.packbits(np.asarray(bits, dtype=np.uint8)).tobytes().hex() for bits in vectors]


def pixels_of(data: bytes) -> Pixels:
    """A cleaned picture's pixels, [height, width, 3]."""
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


def _small(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if max(height, width) <= _SIDE_MAX:
        return np.ascontiguousarray(pixels)
    scale = _SIDE_MAX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def read_hashes(data: bytes) -> tuple[list[ListedHash], list[Fault]]:
    """Hashes in a CSV file (pdq, category, note), or everything that is wrong with it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Fault(data[: error.start].count(b"\n") + 1, "file", "is not UTF-8")]
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    listed: dict[str, ListedHash] = {}
    faults: list[Fault] = []
    try:
        columns = list(reader.fieldnames or [])
        if not {"pdq", "category"} <= set(columns) <= set(COLUMNS):
            return [], [Fault(1, "file", f"has other columns than {', '.join(COLUMNS)}")]
        for row in reader:
            line = reader.line_num
            pdq = str(row["pdq"] or "").strip().lower()
            category, note = str(row["category"] or "").strip(), str(row.get("note") or "").strip()
            if not _HEX.fullmatch(pdq):
                faults.append(Fault(line, "pdq", "must be 64 hexadecimal digits"))
            elif category not in CATEGORIES:
                faults.append(Fault(line, "category", f"must be one of {', '.join(CATEGORIES)}"))
            elif len(note) > 200 or "\x00" in note:
                faults.append(Fault(line, "note", "must be at most 200 characters without NUL"))
            else:
                listed.setdefault(pdq, ListedHash(pdq, category, note))
            if len(listed) > ROWS_MAX:
                return [], [Fault(line, "file", f"has more than {ROWS_MAX} hashes")]
    except csv.Error as error:
        faults.append(Fault(reader.line_num + 1, "file", str(error)))
    if not listed and not faults:
        faults.append(Fault(1, "file", "holds no hash"))
    return list(listed.values()), faults
