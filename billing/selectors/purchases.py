"""Everything that was bought, with its money, its points and its lots, for the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from billing.ledger.models import Lot, Transaction
from billing.models import Document, MembershipPeriod, Order, ScheduledLot
from billing.recognition import parts_of
from billing.selectors.taken_months import months_taken

_AT_ONCE = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sold:
    """A purchase, or a month of one. `value_minor` is net of tax; `lot_ids` may still be empty.

    The first lot is the one that was sold; others give back what a failed refund had taken.
    `withdrawn` is what left the purchase before there was a lot (and what came back to it, below
    zero), with its instant.
    """

    reference: str
    kind: str
    wallet_id: int
    currency: str
    value_minor: int
    granted_cp: int
    sold_at: datetime
    lot_ids: tuple[int, ...]
    withdrawn: tuple[tuple[datetime, int], ...] = ()


def sold_before(end: datetime, *, wallet_id: int | None = None) -> Iterator[Sold]:
    """Everything sold before `end` for money, to this wallet where one is named."""
    whose = {} if wallet_id is None else {"wallet_id": wallet_id}
    yield from _points(end, whose)
    yield from _periods(end, whose)


def _points(end: datetime, whose: dict[str, int]) -> Iterator[Sold]:
    orders = Order.objects.filter(
        paid_at__lt=end, plan_price=None, amount_minor__gt=0, **whose
    ).exclude(state__in=["undoing", "undone"])
    for chunk in chunks(orders.order_by("paid_at", "pk").iterator(chunk_size=_AT_ONCE)):
        references = {f"topup:{order.pk}": order for order in chunk}
        lots = _lots([order.wallet_id for order in chunk], list(references))
        nets = _nets(Document.objects.filter(order__in=chunk, period=None), "order_id")
        for reference, order in references.items():
            yield Sold(
                reference=reference,
                kind=order.kind,
                wallet_id=order.wallet_id,
                currency=order.currency,
                value_minor=nets.get(order.pk, order.amount_minor),
                granted_cp=order.points_cp + order.bonus_cp,
                sold_at=order.paid_at or end,
                lot_ids=tuple(lots.get((order.wallet_id, reference), ())),
            )


def _periods(end: datetime, whose: dict[str, int]) -> Iterator[Sold]:
    periods = MembershipPeriod.objects.filter(created_at__lt=end, amount_minor__gt=0, **whose)
    for chunk in chunks(periods.order_by("created_at", "pk").iterator(chunk_size=_AT_ONCE)):
        nets = _nets(Document.objects.filter(period__in=chunk), "period_id")
        months: dict[int, list[ScheduledLot]] = {}
        for lot in ScheduledLot.objects.filter(period__in=chunk).order_by("period_id", "number"):
            months.setdefault(lot.period_id, []).append(lot)
        every = [lot for lots in months.values() for lot in lots]
        given = _given(every)
        taken = months_taken(every, given)
        for period in chunk:
            lots = months[period.pk]
            net_minor = nets.get(period.pk, period.amount_minor)
            parts = parts_of(net_minor, [lot.amount_cp for lot in lots])
            for lot, part_minor in zip(lots, parts, strict=True):
                lot_id = given.get(lot.transaction_id or 0)
                back = taken[lot.pk]
                yield Sold(
                    reference=f"{period.key}:month:{lot.number}",
                    kind="membership",
                    wallet_id=period.wallet_id,
                    currency=period.currency,
                    value_minor=part_minor,
                    granted_cp=lot.amount_cp,
                    sold_at=period.created_at,
                    lot_ids=((lot_id,) if lot_id else ()) + tuple(back.lot_ids),
                    withdrawn=tuple(back.withdrawn),
                )


def _lots(wallets: list[int], references: list[str]) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = {}
    # Only what a purchase itself granted: a courtesy lot has its job's reference.
    lots = Lot.objects.filter(wallet_id__in=wallets, reference__in=references, source="topup")
    for wallet_id, reference, lot_id in lots.order_by("id").values_list(
        "wallet_id", "reference", "id"
    ):
        found.setdefault((wallet_id, reference), []).append(lot_id)
    return found


def _given(months: list[ScheduledLot]) -> dict[int, int]:
    """The lot of each grant, by the grant's transaction."""
    granted = Transaction.objects.filter(
        wallet_id__in={lot.wallet_id for lot in months},
        id__in=[lot.transaction_id for lot in months if lot.transaction_id],
    )
    return {pk: lot_id for pk, lot_id in granted.values_list("id", "lot_id") if lot_id}


def _nets(documents: QuerySet[Document], field: str) -> dict[object, int]:
    invoices = documents.filter(kind="invoice", refund=None)
    return dict(invoices.values_list(field, "net_minor"))


def chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    """The rows, some hundred at a time."""
    chunk: list[T] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
