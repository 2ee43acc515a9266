"""What a wallet had at any past moment, rebuilt from its entries. Amounts are integer cp.

The answer is what `selectors` would have said at that moment: a lot past its end is not counted,
and one whose start had come is, though either may have been written later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from billing.ledger.errors import UnknownWallet
from billing.ledger.rows import fetch_all, fetch_one
from billing.ledger.types import Balance, Lot

# The ids of a wallet's transactions rise with its versions, so one id bounds the past.
_BOUND = """
select (select t.id from ledger_transaction t
         where t.wallet_id = w.id and t.occurred_at <= %s order by t.version desc limit 1),
       (select t.version from ledger_transaction t
         where t.wallet_id = w.id and t.occurred_at <= %s order by t.version desc limit 1)
  from ledger_wallet w where w.id = %s
"""
_LOTS = """
select l.id, l.wallet_id, l.source, l.paid, l.granted_cp, e.available, e.waiting,
       l.starts_at, l.expires_at, l.reference
  from (select lot_id,
               coalesce(sum(amount_cp) filter (where account = 'available'), 0)::bigint available,
               coalesce(sum(amount_cp) filter (where account = 'waiting'), 0)::bigint waiting
          from ledger_entry where wallet_id = %s and transaction_id <= %s group by lot_id) e
  join ledger_lot l on l.wallet_id = %s and l.id = e.lot_id
 where e.available > 0 or (e.waiting > 0 and l.starts_at <= %s)
 order by l.starts_at, l.id
"""
_HELD_AND_DEBT = """
select coalesce(sum(amount_cp) filter (where account = 'held'), 0)::bigint,
       coalesce(-sum(amount_cp) filter (where account = 'debt'), 0)::bigint
  from ledger_entry where wallet_id = %s and transaction_id <= %s
"""


def balance_at(*, wallet_id: int, at: datetime) -> Balance:
    """What the wallet had at a past moment (cp). Raises UnknownWallet."""
    transaction_id, version = _bound(wallet_id, at)
    lots, held_cp, debt_cp = _rebuilt(wallet_id, transaction_id, at)
    ends = [lot.expires_at for lot in lots if lot.expires_at is not None]
    return Balance(
        available_cp=sum(lot.remaining_cp for lot in lots),
        held_cp=held_cp,
        debt_cp=debt_cp,
        version=version,
        next_expiry_at=min(ends, default=None),
    )


def lots_at(*, wallet_id: int, at: datetime) -> list[Lot]:
    """The lots that could be held at a past moment, in order of use. Raises UnknownWallet."""
    transaction_id, _ = _bound(wallet_id, at)
    lots, _, _ = _rebuilt(wallet_id, transaction_id, at)
    return sorted(
        lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or at, lot.paid, lot.id)
    )


def _bound(wallet_id: int, at: datetime) -> tuple[int, int]:
    row = fetch_one(_BOUND, at, at, wallet_id)
    if row is None:
        raise UnknownWallet(f"wallet {wallet_id}")
    return row[0] or 0, row[1] or 0


def _rebuilt(wallet_id: int, transaction_id: int, at: datetime) -> tuple[list[Lot], int, int]:
    """The live lots, what was held and what was owed."""
    [(held_cp, debt_cp)] = fetch_all(_HELD_AND_DEBT, wallet_id, transaction_id)
    lots: list[Lot] = []
    for row in fetch_all(_LOTS, wallet_id, transaction_id, wallet_id, at):
        lot, repaid_cp = _lot(row, debt_cp)
        debt_cp -= repaid_cp
        if lot.remaining_cp and (lot.expires_at is None or lot.expires_at > at):
            lots.append(lot)
    return lots, held_cp, debt_cp


def _lot(row: tuple[Any, ...], debt_cp: int) -> tuple[Lot, int]:
    """The lot, and what of it settles a debt because it starts without anyone having written so."""
    id_, wallet_id, source, paid, granted_cp, available_cp, waiting_cp, *rest = row
    repaid_cp = min(debt_cp, waiting_cp) if paid else 0
    remaining_cp = available_cp + waiting_cp - repaid_cp
    return Lot(id_, wallet_id, source, paid, granted_cp, remaining_cp, *rest), repaid_cp
