"""The ledger over all wallets: what is owed, what was given, what lapsed. Amounts are integer cp.

Everything is summed from rows when asked. There is no running total, because a total that every
write touches would be the row that all of them wait for.
"""

from __future__ import annotations

from datetime import datetime

from billing.ledger.rows import fetch_all
from billing.ledger.types import Flow, Liability

_LIABILITY = """
select l.source, l.paid,
       coalesce(sum(l.remaining_cp) filter (where l.expires_at is null or l.expires_at > %s),
                0)::bigint,
       coalesce(sum(h.held_cp), 0)::bigint, sum(l.frozen_cp)::bigint, sum(l.waiting_cp)::bigint
  from ledger_lot l
  left join (select h.wallet_id, s.lot_id, sum(s.amount_cp) held_cp
               from ledger_hold h, unnest(h.lot_ids, h.lot_amounts_cp) s (lot_id, amount_cp)
              where h.state = 'held' group by h.wallet_id, s.lot_id) h
    on h.wallet_id = l.wallet_id and h.lot_id = l.id
 where l.unit = %s and (l.open or l.waiting_cp > 0 or l.frozen_cp > 0 or h.held_cp > 0)
 group by l.source, l.paid order by l.source, l.paid
"""
_FLOWS = """
select (t.occurred_at at time zone %s)::date, l.source, l.paid,
       coalesce(-sum(e.amount_cp) filter (where e.account = 'issued'), 0)::bigint,
       coalesce(sum(e.amount_cp) filter (where e.account = 'spent'), 0)::bigint,
       coalesce(sum(e.amount_cp) filter (where e.account = 'expired'), 0)::bigint,
       coalesce(sum(e.amount_cp) filter (where e.account = 'clawed_back'), 0)::bigint,
       coalesce(sum(e.amount_cp) filter (where e.account = 'adjusted'), 0)::bigint
  from ledger_transaction t
  join ledger_entry e on e.wallet_id = t.wallet_id and e.transaction_id = t.id
  join ledger_lot l on l.wallet_id = e.wallet_id and l.id = e.lot_id
 where t.occurred_at >= %s and t.occurred_at < %s and l.unit = %s
   and e.account in ('issued', 'spent', 'expired', 'clawed_back', 'adjusted')
 group by 1, 2, 3 order by 1, 2, 3
"""


def liability(*, now: datetime, unit: str = "point") -> list[Liability]:
    """What all owners together can still use, by source; a lot past its end is not counted."""
    return [Liability(*row) for row in fetch_all(_LIABILITY, now, unit)]


def flows(
    *, starts_at: datetime, ends_at: datetime, time_zone: str, unit: str = "point"
) -> list[Flow]:
    """Grants, use, breakage, clawbacks and adjustments by day of `time_zone` and source.

    The days are those of the transactions in [starts_at, ends_at).
    """
    return [Flow(*row) for row in fetch_all(_FLOWS, time_zone, starts_at, ends_at, unit)]
