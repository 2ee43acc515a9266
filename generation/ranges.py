"""One byte range of a file, as players ask for it (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_ONE_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
_CHUNK = 64 * 1024


class Unsatisfiable(ValueError):
    """The range lies outside the file."""


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """The first and last byte asked for. None to send the whole file: no range, several, or one
    that is not understood. Raises Unsatisfiable."""
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        length = int(last)
        if length == 0 or size == 0:
            raise Unsatisfiable
        return max(0, size - length), size - 1
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if start >= size:
        raise Unsatisfiable
    return (start, end) if start <= end else None


def chunks(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    """Bytes `first` to `last` of an open file, which is closed at the end."""
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
