"""Ending purchases that were begun and not paid: their pages are closed at Stripe first."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.errors import OrderOpen, PaymentsUnavailable
from billing.gateway import inbound, outbound
from billing.gateway.errors import GatewayError
from billing.models import Order
from billing.services import promotions
from billing.services.confirmations import confirm_order
from billing.services.customers import customer_of
from billing.services.live_memberships import lock_wallet
from billing.services.parking import Parked

log = logging.getLogger(__name__)


def close_order(order: Order, *, now: datetime) -> None:
    """Close an open order's page, unless it is being paid; then apply what Stripe says of it.

    Raises PaymentsUnavailable.
    """
    try:
        if not order.session_id:
            customer_id = customer_of(order.user)
            order.session_id = inbound.find_session(customer_id=customer_id, order_id=str(order.pk))
        if not order.session_id:
            _cancel_unopened(order)
            return
        outbound.close_pay_page(order.session_id, key=f"close-{order.session_id}")
        confirm_order(session_id=order.session_id, now=now)
    except (GatewayError, Parked) as error:
        raise PaymentsUnavailable(
            _("The payment provider cannot be reached right now; nothing was charged.")
        ) from error


def close_open_orders(*, user: User, now: datetime) -> None:
    """Close the pay pages of an account that is being closed.

    Raises OrderOpen for one that is being paid, PaymentsUnavailable.
    """
    for order in Order.objects.filter(user=user, state="open"):
        close_order(order, now=now)
    left = Order.objects.filter(user=user, state="open").first()
    if left is not None:
        raise OrderOpen(
            _("An earlier order is being paid right now."), facts={"order": str(left.pk)}
        )


def close_forgotten_orders(*, now: datetime) -> int:
    """Close open orders whose time is over and whose page nobody ever got; how many were tried.

    They would keep a promotion reserved. A page that Stripe made all the same is closed first.
    """
    forgotten = _forgotten(now)
    for order in forgotten:
        try:
            close_order(order, now=now)
        except PaymentsUnavailable as refusal:
            log.warning("order %s is not closed yet: %s", order.pk, refusal)
    return len(forgotten)


def _forgotten(now: datetime) -> list[Order]:
    """Automatic purchases have no page; they are ended by what Stripe says of their payment."""
    forgotten = Order.objects.filter(state="open", session_id="", expires_at__lte=now)
    return list(forgotten.exclude(family="auto")[:100])


@transaction.atomic(durable=True)
def _cancel_unopened(order: Order) -> None:
    """Stripe never made a page for it."""
    lock_wallet(order.wallet_id)
    closed = Order.objects.filter(pk=order.pk, state="open", session_id="").update(
        state="canceled", next_poll_at=None
    )
    if closed:
        promotions.let_go(order)
