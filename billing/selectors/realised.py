"""What captured points were worth in money: each lot at what was paid for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.ledger.models import Entry, Lot, Transaction
from billing.selectors.purchases import sold_before

# Money in ten-thousandths of a minor unit, each lot's part rounded down to one of them.
E4 = 10_000


@dataclass(slots=True)
class Realised:
    """What one hold spent. Net of tax, as the books have it.

    `free_cp` of `spent_cp` came from lots nobody paid for, worth nothing; `unknown_cp` from paid
    lots whose purchase is not known here. `minor_e4` has the rest, by currency.
    """

    spent_cp: int = 0
    free_cp: int = 0
    unknown_cp: int = 0
    minor_e4: dict[str, int] = field(default_factory=dict)

    def add(self, other: Realised) -> None:
        """Count another hold in."""
        self.spent_cp += other.spent_cp
        self.free_cp += other.free_cp
        self.unknown_cp += other.unknown_cp
        for currency, minor_e4 in other.minor_e4.items():
            self.minor_e4[currency] = self.minor_e4.get(currency, 0) + minor_e4

    def minor_e4_in(self, currency: str) -> int | None:
        """All of it in one currency; None where a part is unknown or in another one."""
        if self.unknown_cp or set(self.minor_e4) - {currency}:
            return None
        return self.minor_e4.get(currency, 0)


@dataclass(frozen=True, slots=True)
class _Rate:
    """What a lot cost: `value_minor` for `granted_cp`."""

    currency: str
    value_minor: int
    granted_cp: int


def realised(*, wallet_id: int, hold_ids: Collection[int], now: datetime) -> Mapping[int, Realised]:
    """What each of these holds of a wallet has spent; nothing for one that captured nothing."""
    captures = dict(
        Transaction.objects.filter(
            wallet_id=wallet_id, hold_id__in=hold_ids, kind="capture"
        ).values_list("id", "hold_id")
    )
    spent = list(
        Entry.objects.filter(
            wallet_id=wallet_id, transaction_id__in=list(captures), account="spent"
        ).values_list("transaction_id", "lot_id", "amount_cp")
    )
    lots = {lot_id for _transaction_id, lot_id, _amount_cp in spent}
    paid = set(
        Lot.objects.filter(wallet_id=wallet_id, id__in=lots, paid=True).values_list("id", flat=True)
    )
    rates = _rates(wallet_id, now) if paid else {}
    found: dict[int, Realised] = {hold_id: Realised() for hold_id in hold_ids}
    for transaction_id, lot_id, amount_cp in spent:
        one = found[captures[transaction_id] or 0]
        one.spent_cp += amount_cp
        rate = rates.get(lot_id)
        if lot_id not in paid:
            one.free_cp += amount_cp
        elif rate is None:
            one.unknown_cp += amount_cp
        else:
            part_e4 = rate.value_minor * E4 * amount_cp // rate.granted_cp
            one.minor_e4[rate.currency] = one.minor_e4.get(rate.currency, 0) + part_e4
    return found


def _rates(wallet_id: int, now: datetime) -> dict[int, _Rate]:
    end = now + timedelta(microseconds=1)  # what was bought this very moment counts
    return {
        lot_id: _Rate(sold.currency, sold.value_minor, sold.granted_cp)
        for sold in sold_before(end, wallet_id=wallet_id)
        for lot_id in sold.lot_ids
    }
