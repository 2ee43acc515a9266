"""The books of a month as CSV files, for an accountant's own program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from django.utils.translation import gettext as _

from billing.errors import PaymentsUnavailable
from billing.gateway import balance
from billing.gateway.errors import GatewayError
from billing.selectors.books import Books, Month, Sums, books_of
from billing.services.tables import csv_text
from billing.types import format_points


def export_books(*, month: Month, fees: bool = True) -> tuple[Books, dict[str, str]]:
    """The books, and their files by name. `fees` False leaves Stripe unasked.

    Raises PaymentsUnavailable when Stripe does not say what it kept.
    """
    books = books_of(month)
    if fees:
        for currency, fee_minor in _fees(month).items():
            books.of(currency).stripe_fees = fee_minor
    return books, {
        f"books-{month.name}-summary.csv": csv_text(_summary(books)),
        f"books-{month.name}-lots.csv": csv_text(_lots(books)),
        f"books-{month.name}-documents.csv": csv_text(_documents(books)),
    }


def _fees(month: Month) -> dict[str, int]:
    try:
        return balance.fees(starts_at=month.starts_at, ends_at=month.ends_at)
    except GatewayError as error:
        raise PaymentsUnavailable(
            _("The payment provider cannot be reached right now; nothing was exported.")
        ) from error


def _summary(books: Books) -> Iterable[list[object]]:
    yield ["month", "currency", "line", "minor_units"]
    names = [part.name for part in fields(Sums)]
    for currency in sorted(books.sums):
        sums = books.sums[currency]
        for name in [*names, "refund_difference", "tax_due"]:
            yield [books.month.name, currency, name, getattr(sums, name)]


def _lots(books: Books) -> Iterable[list[object]]:
    yield [
        "purchase", "kind", "wallet", "lots", "currency", "sold_at", "value_minor", "points",
        "opening_deferred_minor", "sold_minor", "revenue_minor", "breakage_minor",
        "refunded_value_minor", "other_minor", "closing_deferred_minor",
        "points_used", "points_expired", "points_taken_back",
    ]  # fmt: skip
    for line in books.lots:
        sold, flow = line.sold, line.flow
        yield [
            sold.reference, sold.kind, sold.wallet_id, " ".join(map(str, sold.lot_ids)),
            sold.currency, sold.sold_at.isoformat(), sold.value_minor,
            format_points(sold.granted_cp), line.opening_minor, line.sold_minor,
            flow.revenue_minor, flow.breakage_minor, flow.refunded_minor, flow.other_minor,
            line.closing_minor, format_points(flow.spent_cp), format_points(flow.expired_cp),
            format_points(flow.refunded_cp),
        ]  # fmt: skip


def _documents(books: Books) -> Iterable[list[object]]:
    yield [
        "number", "kind", "issued_at", "for_invoice", "buyer", "tax_id", "country", "email",
        "currency", "net_minor", "tax_minor", "gross_minor", "tax_rate_bp", "order", "payment",
    ]  # fmt: skip
    for document in books.documents:
        buyer = document.facts["buyer"]
        sign = -1 if document.kind == "credit_note" else 1
        yield [
            document.name, document.kind, document.issued_at.isoformat(),
            document.invoice.name if document.invoice else "",
            buyer["company"] or buyer["name"], buyer["tax_id"], buyer["country"], buyer["email"],
            document.currency, sign * document.net_minor, sign * document.tax_minor,
            sign * document.gross_minor, document.tax_rate_bp, document.facts.get("order", ""),
            document.facts.get("payment", ""),
        ]  # fmt: skip
