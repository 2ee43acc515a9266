"""Issuing paper. Every function is a step: the document is committed with what it is about.

The number is taken last and its series stays locked until then, so that no number is ever missing.
Two series are always locked in the same order: invoices, receipts, credit notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from accounts.services.doorbell import ring_after_commit
from billing.models import (
    BillingDetails,
    Document,
    DocumentSeries,
    MembershipPeriod,
    Order,
    OrderTerms,
    Refund,
)
from billing.selectors.documents import addressee
from billing.selectors.taxes import tax_rule
from billing.tax import TaxRule

_PREFIX = {"invoice": "INV", "receipt": "REC", "credit_note": "CN"}


@dataclass(frozen=True, slots=True)
class _Sale:
    """What an invoice is made of. Amounts in minor units."""

    key: str
    order: Order | None
    period: MembershipPeriod | None
    user_id: UUID
    amount_minor: int
    list_minor: int
    currency: str
    rate_bp: int
    language: str
    buyer: Mapping[str, str]
    item: Mapping[str, object]
    payment: Mapping[str, str]
    paid_at: datetime


class NoInvoice(Exception):
    """There is nothing that a credit note could take back, or not that much."""


def issue_for_order(order: Order, *, now: datetime) -> Document:
    """Invoice and receipt of a paid order for points or a prepaid period; the invoice.

    Issued before: the same. What it needs was recorded with the order, so it cannot fail for want
    of a setting.
    """
    terms = OrderTerms.objects.filter(order=order).first()
    return _issue(_sale_of(order, terms), now)


def issue_for_period(period: MembershipPeriod, order: Order | None, *, now: datetime) -> Document:
    """Invoice and receipt of a period that a card paid: the first one, of `order`, or a renewal."""
    terms = OrderTerms.objects.filter(order=order).first() if order else None
    details = BillingDetails.objects.filter(user_id=period.membership.user_id).first()
    user = period.membership.user
    buyer = addressee(terms, user)
    return _issue(
        _Sale(
            key=f"period:{period.pk}",
            order=order,
            period=period,
            user_id=user.pk,
            amount_minor=period.amount_minor,
            list_minor=order.list_minor if order else period.amount_minor,
            currency=period.currency,
            rate_bp=terms.tax_rate_bp if terms else tax_rule().rate_bp,
            language=_language(terms, details),
            buyer=buyer,
            item={
                "kind": "membership",
                "plan": period.plan.code,
                "months": period.months,
                "starts_at": period.starts_at.isoformat(),
                "ends_at": period.ends_at.isoformat(),
                "month_cp": period.plan.month_cp,
            },
            payment={"method": "card", "payment": period.payment_id},
            paid_at=now,
        ),
        now,
    )


def issue_credit_note(*, refund: Refund, now: datetime) -> Document:
    """The credit note of a refund that has succeeded; asked again, the same one.

    To be called in the database transaction that records the success. Raises NoInvoice.
    """
    order = refund.order
    # A membership has an invoice for each payment: what went back says which it is of.
    payment_id = refund.payment_id or order.payment_id
    invoices = Document.objects.filter(kind="invoice", user_id=order.user_id, refund=None)
    invoice = invoices.filter(facts__payment=payment_id).order_by("id").first()
    if invoice is None:
        if order.state != "paid":
            raise NoInvoice(f"order {order.pk} was never invoiced")
        invoice = issue_for_order(order, now=now)  # paid before there was paper
    return credit_invoice(
        invoice=invoice,
        key=f"refund:{refund.pk}",
        amount_minor=refund.amount_minor,
        reason="refund",
        refund=refund,
        now=now,
    )


def correct_credit_note(*, refund: Refund, now: datetime) -> Document | None:
    """The money did not go back after all: an invoice over what its credit note had taken back.

    None when there is no credit note. A step; asked again, the same document.
    """
    note = Document.objects.filter(kind="credit_note", refund=refund).first()
    if note is None:
        return None
    known = Document.objects.filter(kind="invoice", refund=refund).first()
    return known or _write(
        "invoice",
        key=f"refund:{refund.pk}:failed",
        user_id=note.user_id,
        order_id=note.order_id,
        period_id=note.period_id,
        refund=refund,
        language=note.language,
        currency=note.currency,
        amounts=(note.gross_minor, note.tax_minor, note.tax_rate_bp),
        facts={**note.facts, "list_minor": note.gross_minor, "corrects": note.name},
        paid_at=note.paid_at,
        now=now,
    )


def credit_invoice(
    *,
    invoice: Document,
    key: str,
    amount_minor: int,
    reason: str,
    refund: Refund | None = None,
    now: datetime,
) -> Document:
    """A credit note over a part of an invoice, or all of it; `key` makes a repeat one.

    The tax of all credit notes of an invoice is the tax of their sum, so that parts which make the
    whole take back the whole tax. Raises NoInvoice when more would be taken back than was paid.
    """
    Document.objects.select_for_update().get(pk=invoice.pk)
    known = Document.objects.filter(kind="credit_note", key=key).first()
    if known is not None:
        return known
    standing = invoice.followers.filter(kind="credit_note").exclude(refund__state="failed")
    before = standing.aggregate(
        gross=Sum("gross_minor", default=0), tax=Sum("tax_minor", default=0)
    )
    total_minor = before["gross"] + amount_minor
    if not amount_minor > 0 or total_minor > invoice.gross_minor:
        raise NoInvoice(f"{amount_minor} cannot be taken back of invoice {invoice.name}")
    rule = TaxRule(invoice.tax_rate_bp, included=True)
    # An invoice's own tax is what its parts must add up to.
    whole = total_minor == invoice.gross_minor
    tax_minor = (invoice.tax_minor if whole else rule.tax_minor(total_minor)) - before["tax"]
    return _write(
        "credit_note",
        key=key,
        user_id=invoice.user_id,
        order_id=invoice.order_id,
        period_id=invoice.period_id,
        invoice=invoice,
        refund=refund,
        language=invoice.language,
        currency=invoice.currency,
        amounts=(amount_minor, tax_minor, invoice.tax_rate_bp),
        facts={**invoice.facts, "seller": dict(settings.SELLER), "reason": reason},
        paid_at=now,
        now=now,
    )


def _sale_of(order: Order, terms: OrderTerms | None) -> _Sale:
    details = BillingDetails.objects.filter(user_id=order.user_id).first()
    period = MembershipPeriod.objects.filter(key=f"period:order:{order.pk}").first()
    return _Sale(
        key=f"order:{order.pk}",
        order=order,
        period=period,
        user_id=order.user_id,
        amount_minor=order.amount_minor,
        list_minor=order.list_minor,
        currency=order.currency,
        rate_bp=terms.tax_rate_bp if terms else tax_rule().rate_bp,
        language=_language(terms, details),
        buyer=addressee(terms, order.user),
        item=_item(order, period),
        payment={"method": order.method, "payment": order.payment_id},
        paid_at=order.paid_at or order.created_at,
    )


def _item(order: Order, period: MembershipPeriod | None) -> dict[str, object]:
    if period is None:
        return {"kind": "points", "points_cp": order.points_cp, "bonus_cp": order.bonus_cp}
    return {
        "kind": "membership",
        "plan": period.plan.code,
        "months": period.months,
        "starts_at": period.starts_at.isoformat(),
        "ends_at": period.ends_at.isoformat(),
        "month_cp": period.plan.month_cp,
    }


def _issue(sale: _Sale, now: datetime) -> Document:
    known = Document.objects.filter(kind="invoice", key=sale.key).first()
    if known is not None:
        return known
    tax_minor = TaxRule(sale.rate_bp, included=True).tax_minor(sale.amount_minor)
    facts = {
        "seller": dict(settings.SELLER),
        "buyer": dict(sale.buyer),
        "item": dict(sale.item),
        "list_minor": sale.list_minor,
        "order": str(sale.order.pk) if sale.order else "",
        "time_zone": settings.POINTS_DAY_TZ,
        **sale.payment,
    }
    common: dict[str, Any] = {
        "key": sale.key,
        "user_id": sale.user_id,
        "order": sale.order,
        "period": sale.period,
        "language": sale.language,
        "currency": sale.currency,
        "amounts": (sale.amount_minor, tax_minor, sale.rate_bp),
        "facts": facts,
        "paid_at": sale.paid_at,
        "now": now,
    }
    invoice = _write("invoice", **common)
    _write("receipt", invoice=invoice, **common)
    return invoice


def _write(kind: str, *, amounts: tuple[int, int, int], now: datetime, **fields: Any) -> Document:
    gross_minor, tax_minor, rate_bp = amounts
    series, number = _next_number(kind, now)
    document = Document.objects.create(
        kind=kind,
        series=series,
        number=number,
        net_minor=gross_minor - tax_minor,
        tax_minor=tax_minor,
        gross_minor=gross_minor,
        tax_rate_bp=rate_bp,
        issued_at=now,
        **fields,
    )
    ring_after_commit("billing.paper")
    return document


def _next_number(kind: str, now: datetime) -> tuple[str, int]:
    year = now.astimezone(ZoneInfo(settings.POINTS_DAY_TZ)).year
    code = f"{_PREFIX[kind]}-{year}"
    DocumentSeries.objects.get_or_create(code=code)
    series = DocumentSeries.objects.select_for_update().get(code=code)
    number = series.next_number
    series.next_number = number + 1
    series.save(update_fields=["next_number"])
    return code, number


def _language(terms: OrderTerms | None, details: BillingDetails | None) -> str:
    found = (terms.language if terms else "") or (details.language if details else "")
    return found or settings.LANGUAGE_CODE
