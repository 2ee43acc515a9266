"""What stands on a document, as text in the order in which it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer: a heading, a name, and what stands below it."""

    heading: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was bought, with details in small print."""

    text: str
    details: tuple[str, ...]
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document of one page. `issued_at` is written into the file's own metadata."""

    language: str
    title: str
    brand: str
    facts: tuple[Row, ...]
    seller: Party
    buyer: Party
    item_heading: str
    amount_heading: str
    items: tuple[Item, ...]
    sums: tuple[Row, ...]
    total: Row
    notes: tuple[str, ...]
    issued_at: datetime
