"""Giving a purchase back whole: a second membership, or a promotion used before.

The order says `undoing` in the transaction that found out. Stripe is asked afterwards, under keys
of the order, and asked again by the clock until it has answered.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.services.doorbell import ring_after_commit
from billing.gateway import outbound
from billing.gateway.errors import GatewayError
from billing.models import Order
from billing.services.notices import tell

log = logging.getLogger(__name__)


def undo_after_commit(order_id: UUID | str) -> None:
    """Ring the worker when the order turned to `undoing` in this transaction. A step."""
    if Order.objects.filter(pk=order_id, state="undoing").exists():
        ring_after_commit("billing.undo_orders")


def undo_orders(*, now: datetime) -> int:
    """Cancel and refund every order that is to be given back; returns how many were.

    One that Stripe refuses or does not answer is logged and waits for the next run.
    """
    undone = 0
    for order in Order.objects.filter(state="undoing").order_by("created_at")[:100]:
        try:
            _undo(order)
        except GatewayError as error:
            log.error("order %s is not given back yet: %s", order.pk, error)
            continue
        _close(order, now)
        undone += 1
    return undone


def _undo(order: Order) -> None:
    if order.kind == "membership" and order.subscription_id:
        outbound.cancel_subscription(order.subscription_id, key=f"undo-cancel-{order.pk}")
    if order.payment_id:
        outbound.refund_payment(
            order.payment_id,
            key=f"undo-refund-{order.pk}",
            metadata={"order_id": str(order.pk), "reason": order.reason},
        )


@transaction.atomic(durable=True)
def _close(order: Order, now: datetime) -> None:
    Order.objects.filter(pk=order.pk, state="undoing").update(state="undone")
    tell(
        user_id=order.user_id,
        kind="purchase_given_back",
        key=f"given_back:{order.pk}",
        facts={
            "order": str(order.pk),
            "reason": order.reason,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
        },
        now=now,
    )
