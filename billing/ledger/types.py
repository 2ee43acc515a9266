"""What the ledger answers, as values. Amounts are integer hundredths of a point (`_cp`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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
    """A grant: its lot, and what of it went to a debt before it could be spent.

    A lot that starts later waits for its start and is not in `available_cp` yet.
    """

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
    """A hold captured or released; `courtesy_cp` of `released_cp` came back as courtesy lots."""

    transaction_id: int
    hold_id: int
    captured_cp: int
    released_cp: int
    courtesy_cp: int
    available_cp: int
    held_cp: int
    version: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A clawback, a freeze, an unfreeze or an adjustment: what it moved, what became a debt."""

    transaction_id: int
    amount_cp: int
    debt_added_cp: int
    available_cp: int
    held_cp: int
    version: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Transferred:
    """A transfer as the giving wallet sees it; `received_cp` is in the other wallet's unit."""

    transaction_id: int
    amount_cp: int
    received_cp: int
    available_cp: int
    held_cp: int
    version: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """One hold to settle with others: `amount_cp` None captures all of it, 0 releases it."""

    wallet_id: int
    hold_id: int
    key: str
    amount_cp: int | None = None


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
class Flow:
    """What one source gave and lost on one day, over all wallets (cp)."""

    date: date
    source: str
    paid: bool
    granted_cp: int
    spent_cp: int
    expired_cp: int
    clawed_back_cp: int
    adjusted_cp: int


@dataclass(frozen=True, slots=True)
class Liability:
    """What is owed to all owners out of one source at a moment (cp)."""

    source: str
    paid: bool
    available_cp: int
    held_cp: int
    frozen_cp: int
    waiting_cp: int


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold, and where."""

    invariant: str
    detail: str
    wallet_id: int | None
