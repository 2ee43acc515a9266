"""Reads of the ledger. None of them takes a lock, and none counts a lot whose end has come.

`now` is the caller's clock; a wallet whose latest write is later is read at that write.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from billing.ledger.arguments import check_amount
from billing.ledger.errors import InsufficientPoints, InvalidRequest, UnknownHold, UnknownWallet
from billing.ledger.rows import fetch_all, fetch_one
from billing.ledger.types import Balance, HoldState, Lot, Slice, StatementLine

STATEMENT_LINES_MAX = 500

# One row. The subqueries run only when time has made something due that nobody has written yet.
_BALANCE = """
select case when w.due then (select coalesce(sum(l.remaining_cp), 0)::bigint
                               from ledger_live_lots(w.id, w.at) l) else w.available_cp end,
       w.held_cp,
       case when w.due then greatest(0, w.debt_cp - (
                 select coalesce(sum(l.waiting_cp), 0) from ledger_lot l
                  where l.wallet_id = w.id and l.waiting_cp > 0 and l.paid and l.starts_at <= w.at
                 ))::bigint else w.debt_cp end,
       w.version,
       case when w.due then (select min(l.expires_at) from ledger_live_lots(w.id, w.at) l)
            else w.next_expiry_at end
  from (select *, greatest(%s, latest_at) at,
               coalesce(least(next_expiry_at, next_start_at) <= greatest(%s, latest_at), false) due
          from ledger_wallet where id = %s) w
"""
_LOTS = """
select l.id, w.id, l.source, l.paid, l.granted_cp, l.remaining_cp, l.starts_at, l.expires_at,
       l.reference
  from ledger_wallet w, ledger_live_lots(w.id, greatest(%s, w.latest_at)) l
 where w.id = %s order by l.expires_at, l.paid, l.id
"""
_WAITING = """
select id, wallet_id, source, paid, granted_cp, waiting_cp, starts_at, expires_at, reference
  from ledger_lot where wallet_id = %s and waiting_cp > 0 and starts_at > %s order by starts_at, id
"""
_TRANSACTIONS = """
select id, version, kind::text, occurred_at, available_after_cp, held_after_cp, reference, reason
  from ledger_transaction where wallet_id = %s and version < %s order by version desc limit %s
"""
_MOVED = """
select e.transaction_id, e.lot_id, sum(abs(e.amount_cp))::bigint / 2, l.source, l.paid,
       coalesce(sum(e.amount_cp) filter (where e.account = 'available'), 0)::bigint,
       coalesce(sum(e.amount_cp) filter (where e.account = 'held'), 0)::bigint,
       coalesce(sum(e.amount_cp) filter (where e.account = 'spent'), 0)::bigint
  from ledger_entry e
  join ledger_lot l on l.wallet_id = e.wallet_id and l.id = e.lot_id
 where e.wallet_id = %s and e.transaction_id = any (%s)
 group by e.transaction_id, e.lot_id, l.source, l.paid
 order by e.transaction_id, min(e.line)
"""
_HOLD = """
select h.state::text, h.amount_cp, h.captured_cp, h.reference,
       array_agg(s.lot_id order by s.place), array_agg(s.amount_cp order by s.place),
       array_agg(l.source::text order by s.place), array_agg(l.paid order by s.place)
  from ledger_hold h
 cross join unnest(h.lot_ids, h.lot_amounts_cp) with ordinality s (lot_id, amount_cp, place)
  join ledger_lot l on l.wallet_id = h.wallet_id and l.id = s.lot_id
 where h.wallet_id = %s and h.id = %s
 group by h.wallet_id, h.id
"""
_DUE = """
select id from (
    (select id, next_expiry_at due_at from ledger_wallet
      where next_expiry_at <= %s order by next_expiry_at limit %s)
    union all
    (select id, next_start_at from ledger_wallet
      where next_start_at <= %s order by next_start_at limit %s)) due
 group by id order by min(due_at) limit %s
"""


def balance(*, wallet_id: int, now: datetime) -> Balance:
    """What the wallet has, in one row (cp). Raises UnknownWallet."""
    row = fetch_one(_BALANCE, now, now, wallet_id)
    if row is None:
        raise UnknownWallet(f"wallet {wallet_id}")
    return Balance(*row)


def lots(*, wallet_id: int, now: datetime) -> list[Lot]:
    """The lots that can be held now, in order of use; none for an unknown wallet."""
    return [Lot(*row) for row in fetch_all(_LOTS, now, wallet_id)]


def waiting(*, wallet_id: int, now: datetime) -> list[Lot]:
    """The lots that start later, in order of start; `remaining_cp` is what they will have."""
    return [Lot(*row) for row in fetch_all(_WAITING, wallet_id, now)]


def preview(*, wallet_id: int, amount_cp: int, now: datetime) -> list[Slice]:
    """The slices a hold would take now, in order of use.

    Raises InvalidRequest, InsufficientPoints.
    """
    check_amount(amount_cp)
    slices: list[Slice] = []
    left_cp = amount_cp
    for lot in lots(wallet_id=wallet_id, now=now):
        take_cp = min(left_cp, lot.remaining_cp)
        slices.append(Slice(lot.id, take_cp, lot.source, lot.paid))
        left_cp -= take_cp
        if not left_cp:
            return slices
    raise InsufficientPoints(needed_cp=amount_cp, available_cp=amount_cp - left_cp)


def statement(
    *, wallet_id: int, before_version: int | None = None, limit: int = 50
) -> list[StatementLine]:
    """The wallet's transactions, newest first, older than `before_version` when given.

    Raises InvalidRequest for a limit outside 1 to 500.
    """
    if not 0 < limit <= STATEMENT_LINES_MAX:
        raise InvalidRequest(f"limit must be from 1 to {STATEMENT_LINES_MAX}, not {limit}")
    newest = 2**63 - 1 if before_version is None else before_version
    transactions = fetch_all(_TRANSACTIONS, wallet_id, newest, limit)
    moved: dict[int, list[tuple[Any, ...]]] = {row[0]: [] for row in transactions}
    for transaction_id, *line in fetch_all(_MOVED, wallet_id, list(moved)):
        moved[transaction_id].append(tuple(line))
    return [_statement_line(row, moved[row[0]]) for row in transactions]


def hold(*, wallet_id: int, hold_id: int) -> HoldState:
    """A hold as it stands. Raises UnknownHold."""
    row = fetch_one(_HOLD, wallet_id, hold_id)
    if row is None:
        raise UnknownHold(f"hold {hold_id} of wallet {wallet_id}")
    state, amount_cp, captured_cp, reference, *columns = row
    slices = tuple(map(Slice, *columns))
    return HoldState(hold_id, state, amount_cp, captured_cp, reference, slices)


def wallets_due(*, now: datetime, limit: int) -> list[int]:
    """Wallets with a lot to start or to write off, the longest overdue first."""
    return [row[0] for row in fetch_all(_DUE, now, limit, now, limit, limit)]


def _statement_line(row: tuple[Any, ...], moved: list[tuple[Any, ...]]) -> StatementLine:
    transaction_id, version, kind, at, available_after_cp, held_after_cp, reference, reason = row
    return StatementLine(
        transaction_id=transaction_id,
        version=version,
        kind=kind,
        at=at,
        available_delta_cp=sum(line[4] for line in moved),
        held_delta_cp=sum(line[5] for line in moved),
        spent_cp=sum(line[6] for line in moved),
        available_after_cp=available_after_cp,
        held_after_cp=held_after_cp,
        reference=reference,
        reason=reason,
        lots=tuple(Slice(*line[:4]) for line in moved),
    )
