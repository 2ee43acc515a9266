"""Fetch, then apply: the one way anything of Stripe's reaches our tables.

Webhook, landing page, poller and recovery all come through here. Fetching happens outside any
database transaction; applying is one durable transaction and may be repeated for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from billing.gateway import inbound, outbound, saved_cards
from billing.gateway.errors import GatewayError
from billing.gateway.types import InvoiceState, SessionState
from billing.models import Membership, Order, StripeCustomer
from billing.services.auto_topup_settings import keep_card
from billing.services.customers import forget_customer
from billing.services.invoices import apply_invoice
from billing.services.parking import Parked
from billing.services.sessions import apply_session, poll_after
from billing.services.subscriptions import apply_subscription
from billing.services.undoing import undo_after_commit

log = logging.getLogger(__name__)

# What to do with a fetched object, inside the caller's transaction.
Apply = Callable[[datetime], None]


def fetch_session(session_id: str, *, now: datetime) -> Apply:
    """A session, and the invoice of a subscription it began. Raises GatewayError."""
    session = inbound.fetch_session(session_id)
    if session.mode == "setup":
        return _fetch_card(session_id)
    invoice = (
        inbound.fetch_invoice(session.invoice_id)
        if session.mode == "subscription" and session.invoice_id
        else None
    )
    return lambda at: _apply_session(session, invoice, now, at)


def fetch_invoice(invoice_id: str, *, now: datetime) -> Apply:
    """An invoice and its subscription. Raises GatewayError."""
    invoice = inbound.fetch_invoice(invoice_id)
    return lambda at: _apply_invoice(invoice, now, at)


def fetch_subscription(subscription_id: str, *, now: datetime) -> Apply:
    """A subscription. Raises GatewayError."""
    subscription = inbound.fetch_subscription(subscription_id)
    return lambda at: _ignore(apply_subscription(subscription, asked_at=now, now=at))


def fetch_schedule(schedule_id: str, *, now: datetime) -> Apply:
    """The subscription behind a schedule. Raises GatewayError."""
    subscription = inbound.fetch_schedule_subscription(schedule_id)
    return lambda at: _ignore(apply_subscription(subscription, asked_at=now, now=at))


def follow_card(customer_id: str, *, now: datetime) -> Apply:
    """Let renewals charge the card a customer chose on Stripe's page. Raises GatewayError.

    The page sets the customer's own default, and a subscription that began at a pay page keeps a
    default of its own, so without this the old card would be charged again. Nothing is applied to
    our tables: no card is kept in them.
    """
    card_id = inbound.fetch_default_card(customer_id)
    customer = StripeCustomer.objects.filter(customer_id=customer_id).first()
    if card_id and customer is not None:
        renewing = Membership.objects.filter(user_id=customer.user_id, kind="card")
        for membership in renewing.exclude(status="ended").exclude(subscription_id=""):
            key = f"card-{membership.subscription_id}-{card_id}"
            outbound.use_card(membership.subscription_id, card_id=card_id, key=key)
    return _nothing


def forget(customer_id: str, *, now: datetime) -> Apply:
    """A deleted customer: there is nothing to fetch."""
    return lambda at: forget_customer(customer_id)


def confirm_order(*, session_id: str, now: datetime) -> None:
    """Fetch a session and apply it, once. Raises GatewayError, Parked."""
    apply = fetch_session(session_id, now=now)
    with transaction.atomic(durable=True):
        apply(now)


def confirm_membership(*, subscription_id: str, now: datetime) -> None:
    """Fetch a subscription with its latest invoice and apply both. Raises GatewayError, Parked."""
    subscription = inbound.fetch_subscription(subscription_id)
    invoice = inbound.fetch_invoice(subscription.invoice_id) if subscription.invoice_id else None
    with transaction.atomic(durable=True):
        if invoice is not None:
            _apply_invoice(invoice, now, now)
        apply_subscription(subscription, asked_at=now, now=now)


def poll_open_orders(*, now: datetime) -> int:
    """Look at open orders whose time has come: 2, 10 and 40 minutes old, then daily.

    Returns how many were looked at. What cannot be confirmed is logged and looked at again.
    """
    due = list(Order.objects.filter(next_poll_at__lte=now).order_by("next_poll_at")[:200])
    for order in due:
        poll_after(order, now)
        Order.objects.filter(pk=order.pk).update(polls=order.polls, next_poll_at=order.next_poll_at)
        if order.session_id:
            try_to_confirm(session_id=order.session_id, now=now)
    return len(due)


def try_to_confirm(*, session_id: str, now: datetime) -> bool:
    """Whether the session could be confirmed now; if not, it is logged, and asked again later."""
    try:
        confirm_order(session_id=session_id, now=now)
    except (GatewayError, Parked) as error:
        log.warning("session %s not confirmed: %s", session_id, error)
        return False
    return True


def _apply_session(
    session: SessionState, invoice: InvoiceState | None, asked_at: datetime, now: datetime
) -> None:
    order = apply_session(session, now=now)
    if invoice is not None:
        _apply_invoice(invoice, asked_at, now)
    undo_after_commit(order.pk)


def _apply_invoice(invoice: InvoiceState, asked_at: datetime, now: datetime) -> None:
    apply_invoice(invoice, asked_at=asked_at, now=now)
    if invoice.subscription.order_id:
        undo_after_commit(invoice.subscription.order_id)


def _fetch_card(session_id: str) -> Apply:
    card = saved_cards.fetch_saved_card(session_id)
    return _nothing if card is None else lambda at: keep_card(card=card, now=at)


def _nothing(at: datetime) -> None:
    return None


def _ignore(_result: object) -> None:
    return None
