"""Objects fetched from Stripe. What we do is decided by these, never by an event's payload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from billing.gateway.client import client, id_of, in_our_words, instant, instant_or_none, plain
from billing.gateway.errors import UnknownShape
from billing.gateway.types import (
    InboundEvent,
    InvoiceLine,
    InvoiceState,
    SessionState,
    SubscriptionState,
)

_EXPAND_PAYMENT = ["payment_intent.payment_method"]
_FAILED_PAYMENT = ("requires_payment_method", "canceled")


def fetch_session(session_id: str) -> SessionState:
    """A Checkout session with its payment. Raises GatewayError."""
    with in_our_words():
        session = plain(
            client().v1.checkout.sessions.retrieve(session_id, {"expand": _EXPAND_PAYMENT})
        )
    payment = session.get("payment_intent") or {}
    return SessionState(
        id=session["id"],
        livemode=session["livemode"],
        order_id=(session.get("metadata") or {}).get("order_id", ""),
        mode=session["mode"],
        status=session["status"],
        payment_status=session["payment_status"],
        amount_minor=session.get("amount_total") or 0,
        currency=(session.get("currency") or "").upper(),
        payment_id=id_of(payment),
        payment_failed=session["status"] == "complete" and payment.get("status") in _FAILED_PAYMENT,
        subscription_id=id_of(session.get("subscription")),
        invoice_id=id_of(session.get("invoice")),
        card_fingerprint=_fingerprint(payment.get("payment_method")),
    )


def fetch_subscription(subscription_id: str) -> SubscriptionState:
    """A subscription. Raises GatewayError; UnknownShape when it has no item."""
    with in_our_words():
        found = plain(client().v1.subscriptions.retrieve(subscription_id))
    items = found["items"]["data"]
    if len(items) != 1:
        raise UnknownShape(f"subscription {subscription_id} has {len(items)} items")
    item = items[0]
    ends_at = instant(item["current_period_end"])
    cancel_at = instant_or_none(found.get("cancel_at"))
    if found.get("cancel_at_period_end") and cancel_at is None:
        cancel_at = ends_at
    return SubscriptionState(
        id=found["id"],
        livemode=found["livemode"],
        order_id=(found.get("metadata") or {}).get("order_id", ""),
        status=found["status"],
        item_id=item["id"],
        price_id=item["price"]["id"],
        period_end_at=ends_at,
        cancel_at=cancel_at,
        cancels_by_date=cancel_at is not None and not found.get("cancel_at_period_end"),
        ended_at=instant_or_none(found.get("ended_at")),
        paused=found.get("pause_collection") is not None,
        schedule_id=id_of(found.get("schedule")),
        invoice_id=id_of(found.get("latest_invoice")),
    )


def fetch_schedule_subscription(schedule_id: str) -> SubscriptionState:
    """The subscription that a schedule is for, or was for. Raises GatewayError."""
    with in_our_words():
        found = plain(client().v1.subscription_schedules.retrieve(schedule_id))
    subscription_id = id_of(found.get("subscription")) or found.get("released_subscription")
    if not subscription_id:
        raise UnknownShape(f"schedule {schedule_id} has no subscription")
    return fetch_subscription(subscription_id)


def fetch_default_card(customer_id: str) -> str:
    """The card a customer chose on Stripe's page, "" when none was. Raises GatewayError."""
    with in_our_words():
        found = plain(client().v1.customers.retrieve(customer_id))
    return id_of((found.get("invoice_settings") or {}).get("default_payment_method"))


def fetch_invoice(invoice_id: str) -> InvoiceState:
    """An invoice, all its lines and its subscription. Raises GatewayError.

    UnknownShape when it belongs to no subscription: such an invoice is none of ours.
    """
    with in_our_words():
        found = plain(client().v1.invoices.retrieve(invoice_id))
        parent = (found.get("parent") or {}).get("subscription_details") or {}
        subscription_id = id_of(parent.get("subscription"))
        if not subscription_id:
            raise UnknownShape(f"invoice {invoice_id} names no subscription")
        lines = [
            plain(line)
            for line in client()
            .v1.invoices.line_items.list(invoice_id, {"limit": 100})
            .auto_paging_iter()
        ]
        payment = _invoice_payment(invoice_id)
    return InvoiceState(
        id=found["id"],
        livemode=found["livemode"],
        status=found["status"],
        billing_reason=found.get("billing_reason") or "",
        currency=found["currency"].upper(),
        total_minor=found["total"],
        attempts=found.get("attempt_count") or 0,
        next_attempt_at=instant_or_none(found.get("next_payment_attempt")),
        lines=tuple(_lines(lines)),
        subscription=fetch_subscription(subscription_id),
        payment_id=id_of(payment),
        card_fingerprint=_fingerprint(payment.get("payment_method")),
    )


def find_session(*, customer_id: str, order_id: str) -> str:
    """The newest Checkout session made for an order, "" when there is none.

    What to do when a request to make one was not answered. Raises GatewayError.
    """
    with in_our_words():
        listed = client().v1.checkout.sessions.list({"customer": customer_id, "limit": 20})
        found = [plain(session) for session in listed.data]
    return next(
        (session["id"] for session in found if session["client_reference_id"] == order_id), ""
    )


def list_events(*, since: datetime, types: list[str]) -> Iterator[InboundEvent]:
    """Events created at or after `since`, oldest first. At most 20 types. Raises GatewayError."""
    with in_our_words():
        listed = list(
            client()
            .v1.events.list(
                {"created": {"gte": int(since.timestamp())}, "types": types, "limit": 100}
            )
            .auto_paging_iter()
        )
        newest_first = [event_of(plain(event)) for event in listed]
    yield from reversed(newest_first)


def event_of(body: dict[str, Any]) -> InboundEvent:
    """An event's body as a value. Raises UnknownShape."""
    try:
        if body["object"] != "event":
            raise KeyError("object")
        return InboundEvent(
            id=str(body["id"]),
            type=str(body["type"]),
            object_id=str((body.get("data") or {}).get("object", {}).get("id") or ""),
            livemode=bool(body["livemode"]),
            created_at=instant(int(body["created"])),
            payload=body,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnknownShape(f"not an event: {error}") from None


def _invoice_payment(invoice_id: str) -> dict[str, Any]:
    """The payment that settled an invoice, empty for one that was free."""
    for listed in client().v1.invoice_payments.list({"invoice": invoice_id, "limit": 10}).data:
        paid = plain(listed)
        payment_id = id_of((paid.get("payment") or {}).get("payment_intent"))
        if paid.get("status") == "paid" and payment_id:
            return plain(
                client().v1.payment_intents.retrieve(payment_id, {"expand": ["payment_method"]})
            )
    return {}


def _lines(lines: list[dict[str, Any]]) -> Iterator[InvoiceLine]:
    for line in lines:
        details = (line.get("parent") or {}).get("subscription_item_details")
        if not details:
            continue
        price = ((line.get("pricing") or {}).get("price_details") or {}).get("price")
        yield InvoiceLine(
            subscription_id=id_of(details.get("subscription")),
            price_id=id_of(price),
            proration=bool(details.get("proration")),
            starts_at=instant(line["period"]["start"]),
            ends_at=instant(line["period"]["end"]),
            amount_minor=line["amount"],
            discount_minor=sum(taken["amount"] for taken in line.get("discount_amounts") or []),
        )


def _fingerprint(method: Any) -> str:
    card = (method.get("card") or {}) if isinstance(method, dict) else {}
    return str(card.get("fingerprint") or "")
