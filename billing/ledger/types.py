"""What the ledger answers, as values. Amounts are integer hundredths of a point (`_cp`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

HoldStateName = Literal["held", "captured", "released"]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of one lot."""

    lot_id: int
    amount_cp: int
    source: str
    paid: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant: its lot, and what of it went to a debt before it could be spent."""

    transaction_id: int
    lot_id: int
    amount_cp: int
    debt_repaid_cp: int
    available_cp: int
    held_cp: int
    version: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A hold: the slices in order of use."""

    hold_id: int
    transaction_id: int
    amount_cp: int
    slices: tuple[Slice, ...]
    available_cp: int
    held_cp: int
    version: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A hold captured or released. What comes back of an ended lot lives in `courtesy_lot_id`."""

    transaction_id: int
    hold_id: int
    captured_cp: int
    released_cp: int
    courtesy_lot_id: int | None
    available_cp: int
    held_cp: int
    version: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """A wallet at a moment. `next_expiry_at` is the earliest end of a lot with points left."""

    available_cp: int
    held_cp: int
    debt_cp: int
    version: int
    next_expiry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lot:
    """Points with one source, one start and one end; `remaining_cp` can still be held."""

    id: int
    wallet_id: int
    source: str
    paid: bool
    granted_cp: int
    remaining_cp: int
    starts_at: datetime
    expires_at: datetime | None
    reference: str


@dataclass(frozen=True, slots=True)
class HoldState:
    """A hold as it stands; `slices` are in order of use."""

    hold_id: int
    state: HoldStateName
    amount_cp: int
    captured_cp: int
    reference: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transaction as its owner sees it; `lots` says how much of each lot it moved."""

    transaction_id: int
    version: int
    kind: str
    at: datetime
    available_delta_cp: int
    held_delta_cp: int
    spent_cp: int
    available_after_cp: int
    held_after_cp: int
    reference: str
    reason: str
    lots: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold, and where."""

    invariant: str
    detail: str
    wallet_id: int | None
