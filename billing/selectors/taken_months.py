"""What refunds and lost disputes took of the months of memberships, for the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from billing.ledger.models import Transaction
from billing.models import ScheduledLot, TakenPoints


@dataclass(slots=True)
class Taken:
    """Of a month: lots that gave points back, and what was withdrawn before it had a lot (cp)."""

    lot_ids: list[int] = field(default_factory=list)
    withdrawn: list[tuple[datetime, int]] = field(default_factory=list)


def months_taken(months: Sequence[ScheduledLot], given: Mapping[int, int]) -> dict[int, Taken]:
    """By the month's id. `given` maps the transaction of a month's grant to its lot."""
    found = {month.pk: Taken() for month in months}
    month_of = {
        given[month.transaction_id or 0]: month.pk
        for month in months
        if (month.transaction_id or 0) in given
    }
    takings = list(
        TakenPoints.objects.filter(
            Q(scheduled_lot__in=found) | Q(lot_id__isnull=False),
            wallet_id__in={month.wallet_id for month in months},
        ).order_by("id")
    )
    restored = _restored(takings)
    for taken in takings:
        month_id = taken.scheduled_lot_id or month_of.get(taken.lot_id or 0)
        if month_id not in found:
            continue
        lot_id = restored.get((taken.wallet_id, taken.restore_key))
        if lot_id is not None:
            found[month_id].lot_ids.append(lot_id)
            month_of[lot_id] = month_id  # taken again, it is still of this month
        if taken.scheduled_lot_id is not None:
            found[month_id].withdrawn.append((taken.created_at, taken.amount_cp))
            if lot_id is None and taken.restored_at is not None:
                found[month_id].withdrawn.append((taken.restored_at, -taken.amount_cp))
    return found


def _restored(takings: Sequence[TakenPoints]) -> dict[tuple[int, str], int]:
    """The lots that gave points back, by wallet and key."""
    back = [taken for taken in takings if taken.restored_at is not None]
    rows = Transaction.objects.filter(
        wallet_id__in={taken.wallet_id for taken in back},
        key__in=[taken.restore_key for taken in back],
    ).values_list("wallet_id", "key", "lot_id")
    return {(wallet_id, key or ""): lot_id for wallet_id, key, lot_id in rows if lot_id}
