"""The books of a month: what was sold, earned, broken, given back and is still owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.ledger.models import Entry, Transaction
from billing.models import Document
from billing.recognition import Flow, Purchase
from billing.selectors.purchases import Sold, chunks, sold_before


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of the server, as the half-open stretch [starts_at, ends_at)."""

    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Move:
    """An entry; `debt_cp` is what its transaction made a debt of the lot."""

    transaction_id: int
    at: datetime
    lot_id: int
    account: str
    amount_cp: int
    debt_cp: int


@dataclass(frozen=True, slots=True)
class LotLine:
    """A purchase, or a month of a membership, in the month. All but the points is minor units."""

    sold: Sold
    opening_minor: int
    sold_minor: int
    flow: Flow
    closing_minor: int


@dataclass(slots=True)
class Sums:
    """The month in one currency, in minor units."""

    opening_deferred: int = 0
    sold_net: int = 0
    revenue: int = 0
    breakage: int = 0
    refunded_value: int = 0
    other: int = 0
    closing_deferred: int = 0
    invoiced_gross: int = 0
    invoiced_net: int = 0
    tax_invoiced: int = 0
    credited_gross: int = 0
    credited_net: int = 0
    tax_credited: int = 0
    stripe_fees: int = 0

    @property
    def refund_difference(self) -> int:
        """Value taken back less what credit notes gave: rounding, and refunds on their way."""
        return self.refunded_value - self.credited_net

    @property
    def tax_due(self) -> int:
        """Tax of the month."""
        return self.tax_invoiced - self.tax_credited

    @property
    def gaps(self) -> list[str]:
        """What does not add up, in words; empty in sound books."""
        gone = self.revenue + self.breakage + self.refunded_value + self.other
        found = []
        if self.opening_deferred + self.sold_net - gone != self.closing_deferred:
            found.append("opening + sold - gone is not closing")
        if self.sold_net != self.invoiced_net:
            found.append(f"sold {self.sold_net} net, invoiced {self.invoiced_net}")
        if self.invoiced_gross != self.invoiced_net + self.tax_invoiced:
            found.append("invoices do not add up")
        return found


@dataclass(slots=True)
class Books:
    """A month's books, `lots` with every purchase that is in them."""

    month: Month
    lots: list[LotLine] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    sums: dict[str, Sums] = field(default_factory=dict)

    def of(self, currency: str) -> Sums:
        """The sums of a currency."""
        return self.sums.setdefault(currency, Sums())


def month_of(text: str) -> Month:
    """The month written as 2026-11. Raises ValueError."""
    first = date.fromisoformat(f"{text}-01")
    zone = ZoneInfo(settings.POINTS_DAY_TZ)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Month(
        name=text,
        starts_at=datetime(first.year, first.month, 1, tzinfo=zone),
        ends_at=datetime(following.year, following.month, 1, tzinfo=zone),
    )


def books_of(month: Month) -> Books:
    """The books, without what Stripe knows better: its fees are added by the export."""
    books = Books(month)
    for chunk in chunks(sold_before(month.ends_at)):
        for line in _lines(chunk, month):
            if line.opening_minor or line.sold_minor or line.closing_minor or _moved(line.flow):
                books.lots.append(line)
                _add_line(books.of(line.sold.currency), line)
    documents = Document.objects.filter(
        issued_at__gte=month.starts_at, issued_at__lt=month.ends_at
    ).exclude(kind="receipt")
    books.documents = list(documents.select_related("invoice", "user").order_by("series", "number"))
    for document in books.documents:
        _add_document(books.of(document.currency), document)
    return books


def _lines(chunk: Sequence[Sold], month: Month) -> Iterator[LotLine]:
    moves = _moves(chunk, month.ends_at)
    for sold in chunk:
        purchase = Purchase.sold(value_minor=sold.value_minor, granted_cp=sold.granted_cp)
        before = sold.sold_at < month.starts_at
        opening_minor = sold.value_minor if before else 0
        flow = Flow()
        moved = [move for lot_id in sold.lot_ids for move in moves.get(lot_id, ())]
        moved += [
            _Move(0, at, 0, "clawed_back" if amount_cp > 0 else "issued", amount_cp, 0)
            for at, amount_cp in sold.withdrawn
            if at < month.ends_at
        ]
        for move in sorted(moved, key=lambda move: (move.at, move.transaction_id)):
            step = purchase.take(
                account=move.account,
                amount_cp=move.amount_cp,
                first_lot=bool(sold.lot_ids) and move.lot_id == sold.lot_ids[0],
                debt_cp=move.debt_cp,
            )
            if move.at < month.starts_at:
                opening_minor -= step.gone_minor
            else:
                _add(flow, step)
        yield LotLine(
            sold=sold,
            opening_minor=opening_minor,
            sold_minor=0 if before else sold.value_minor,
            flow=flow,
            closing_minor=purchase.deferred_minor,
        )


def _moves(chunk: Sequence[Sold], end: datetime) -> dict[int, list[_Move]]:
    """Every entry of the lots before `end`, by lot, in the order in which they were written."""
    lots = [lot_id for sold in chunk for lot_id in sold.lot_ids]
    wallets = {sold.wallet_id for sold in chunk}
    rows = list(
        Entry.objects.filter(wallet_id__in=wallets, lot_id__in=lots)
        .order_by("transaction_id", "line")
        .values_list("transaction_id", "lot_id", "account", "amount_cp")
    )
    times = dict(
        Transaction.objects.filter(
            wallet_id__in=wallets, id__in={row[0] for row in rows}, occurred_at__lt=end
        ).values_list("id", "occurred_at")
    )
    debts = {
        (transaction_id, lot_id): -amount_cp
        for transaction_id, lot_id, account, amount_cp in rows
        if account == "debt" and amount_cp < 0
    }
    found: dict[int, list[_Move]] = {}
    for transaction_id, lot_id, account, amount_cp in rows:
        if transaction_id in times:
            move = _Move(
                transaction_id=transaction_id,
                at=times[transaction_id],
                lot_id=lot_id,
                account=account,
                amount_cp=amount_cp,
                debt_cp=debts.get((transaction_id, lot_id), 0),
            )
            found.setdefault(lot_id, []).append(move)
    return found


def _moved(flow: Flow) -> bool:
    return flow != Flow()


def _add(flow: Flow, step: Flow) -> None:
    flow.revenue_minor += step.revenue_minor
    flow.breakage_minor += step.breakage_minor
    flow.refunded_minor += step.refunded_minor
    flow.other_minor += step.other_minor
    flow.spent_cp += step.spent_cp
    flow.expired_cp += step.expired_cp
    flow.refunded_cp += step.refunded_cp


def _add_line(sums: Sums, line: LotLine) -> None:
    sums.opening_deferred += line.opening_minor
    sums.sold_net += line.sold_minor
    sums.revenue += line.flow.revenue_minor
    sums.breakage += line.flow.breakage_minor
    sums.refunded_value += line.flow.refunded_minor
    sums.other += line.flow.other_minor
    sums.closing_deferred += line.closing_minor


def _add_document(sums: Sums, document: Document) -> None:
    if "corrects" in document.facts:  # a refund that failed: as if it had not been credited
        sums.credited_gross -= document.gross_minor
        sums.credited_net -= document.net_minor
        sums.tax_credited -= document.tax_minor
    elif document.kind == "invoice":
        sums.invoiced_gross += document.gross_minor
        sums.invoiced_net += document.net_minor
        sums.tax_invoiced += document.tax_minor
    else:
        sums.credited_gross += document.gross_minor
        sums.credited_net += document.net_minor
        sums.tax_credited += document.tax_minor
