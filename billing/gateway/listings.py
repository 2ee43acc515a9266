"""What Stripe has been paid, listed for reconciliation. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from billing.gateway.client import client, id_of, in_our_words, plain
from billing.gateway.reversals import dispute_state, refund_state
from billing.gateway.types import DisputeState, RefundState


@dataclass(frozen=True, slots=True)
class PaidSession:
    """A one-time payment through Checkout that was completed and paid."""

    session_id: str
    order_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """A paid invoice of a subscription."""

    invoice_id: str
    subscription_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class AutomaticPayment:
    """A payment made with a saved card, without a pay page."""

    payment_id: str
    order_id: str
    amount_minor: int
    currency: str


def paid_sessions(*, since: datetime) -> Iterator[PaidSession]:
    """Paid Checkout sessions in payment mode that were made since. Raises GatewayError."""
    with in_our_words():
        listed = client().v1.checkout.sessions.list(
            {"created": {"gte": int(since.timestamp())}, "status": "complete", "limit": 100}
        )
        sessions = [plain(session) for session in listed.auto_paging_iter()]
    for session in sessions:
        if session["mode"] == "payment" and session["payment_status"] != "unpaid":
            yield PaidSession(
                session_id=session["id"],
                order_id=(session.get("metadata") or {}).get("order_id", ""),
                amount_minor=session.get("amount_total") or 0,
                currency=(session.get("currency") or "").upper(),
            )


def paid_invoices(*, since: datetime) -> Iterator[PaidInvoice]:
    """Paid invoices of subscriptions that were made since. Raises GatewayError."""
    with in_our_words():
        listed = client().v1.invoices.list(
            {"created": {"gte": int(since.timestamp())}, "status": "paid", "limit": 100}
        )
        invoices = [plain(invoice) for invoice in listed.auto_paging_iter()]
    for invoice in invoices:
        details = (invoice.get("parent") or {}).get("subscription_details") or {}
        subscription_id = id_of(details.get("subscription"))
        if subscription_id:
            yield PaidInvoice(
                invoice_id=invoice["id"],
                subscription_id=subscription_id,
                amount_minor=invoice["total"],
                currency=invoice["currency"].upper(),
            )


def automatic_payments(*, since: datetime) -> Iterator[AutomaticPayment]:
    """Payments that auto top-up made since and that succeeded. Raises GatewayError."""
    with in_our_words():
        listed = client().v1.payment_intents.list(
            {"created": {"gte": int(since.timestamp())}, "limit": 100}
        )
        found = [plain(payment) for payment in listed.auto_paging_iter()]
    for payment in found:
        marks = payment.get("metadata") or {}
        if marks.get("kind") == "auto_topup" and payment["status"] == "succeeded":
            yield AutomaticPayment(
                payment_id=payment["id"],
                order_id=marks.get("order_id", ""),
                amount_minor=payment["amount"],
                currency=payment["currency"].upper(),
            )


def refunds(*, since: datetime) -> Iterator[RefundState]:
    """Refunds that were made since, failed ones too. Raises GatewayError."""
    with in_our_words():
        listed = client().v1.refunds.list(
            {"created": {"gte": int(since.timestamp())}, "limit": 100}
        )
        found = [plain(refund) for refund in listed.auto_paging_iter()]
    yield from map(refund_state, found)


def disputes(*, since: datetime) -> Iterator[DisputeState]:
    """Disputes and inquiries that were opened since. Raises GatewayError."""
    with in_our_words():
        listed = client().v1.disputes.list(
            {"created": {"gte": int(since.timestamp())}, "limit": 100}
        )
        found = [plain(dispute) for dispute in listed.auto_paging_iter()]
    yield from map(dispute_state, found)
