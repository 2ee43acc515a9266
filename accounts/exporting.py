"""What an export is made of. Apps hand over parts; `config` lists which apps do. No Django here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

FORMAT = "inkling-export/1"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive: rows that become JSON, or a file to copy in."""

    path: str
    rows: object = None
    open: Callable[[], IO[bytes]] | None = None


Parts = Iterable[Part]
