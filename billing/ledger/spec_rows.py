"""What the wallet of the specification is made of: lots, holds and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Refused(Exception):
    """A verb refused, with the outcome the SQL function answers. Nothing has changed."""

    outcome: str


@dataclass
class Lot:
    """Points with one source, one start and one end, and where they are now."""

    number: int
    source: str
    paid: bool
    granted_cp: int
    starts_at: datetime
    expires_at: datetime | None
    waiting_cp: int = 0  # not yet started
    remaining_cp: int = 0  # can be held
    frozen_cp: int = 0  # disputed
    clawed_back_cp: int = 0  # the money for it went back

    def ended(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass
class Hold:
    """Points set aside, as slices of lots in order of use."""

    slices: list[tuple[Lot, int]]
    held_at: datetime
    state: str = "held"
    captured_cp: int = 0

    @property
    def amount_cp(self) -> int:
        return sum(amount_cp for _, amount_cp in self.slices)
