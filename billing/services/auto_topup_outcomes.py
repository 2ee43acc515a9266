"""What became of an automatic purchase. Each outcome is one transaction, and may be repeated."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from billing import launch
from billing.calendar_months import add_months
from billing.gateway.saved_cards import PaymentState
from billing.ledger import services as ledger
from billing.models import AutoTopUp, AutoTopUpAttempt, Order
from billing.services import money_events
from billing.services.documents import issue_for_order
from billing.services.live_memberships import lock_wallet
from billing.services.notices import tell
from billing.services.sessions import close_order, mark_paid

log = logging.getLogger(__name__)
_REASON_MAX = 60
_ERROR_MAX = 500
_PENDING = ("processing", "requires_capture", "requires_confirmation")


@transaction.atomic(durable=True)
def apply_payment(*, attempt_id: int, payment: PaymentState, now: datetime) -> None:
    """Do what Stripe says of the payment: give the points, wait, or stop.

    Money wins: a payment that succeeded gives its points whatever became of the attempt.
    """
    attempt, order = _lock(attempt_id)
    if attempt.state == "paid":
        return
    if payment.status != "succeeded":
        if payment.status not in _PENDING:
            _fail(attempt, order, reason=payment.status, detail=payment.id, now=now)
        return
    if (payment.amount_minor, payment.currency) != (order.amount_minor, order.currency):
        log.error(
            "payment %s is %s %s, order %s asked for %s %s: a person must look",
            payment.id, payment.amount_minor, payment.currency,
            order.pk, order.amount_minor, order.currency,
        )  # fmt: skip
        return
    mark_paid(order, payment_id=payment.id, now=now)
    order.save()
    ledger.grant(
        wallet_id=order.wallet_id,
        amount_cp=order.points_cp + order.bonus_cp,
        source="topup",
        paid=True,
        starts_at=now,
        expires_at=add_months(now, launch.TOPUP_MONTHS),
        key=f"topup:{payment.id}",
        reference=f"topup:{order.pk}",
        now=now,
    )
    _end(attempt, "paid", now)
    issue_for_order(order, now=now)


@transaction.atomic(durable=True)
def apply_failure(*, attempt_id: int, reason: str, detail: str, now: datetime) -> None:
    """Nothing was taken and nothing will be: the purchase is over, and no other is begun."""
    attempt, order = _lock(attempt_id)
    _fail(attempt, order, reason=reason, detail=detail, now=now)


def stop(row: AutoTopUp, *, reason: str, detail: str, key: str, now: datetime) -> None:
    """Buy nothing more until the user turns it on again, and say so. A step."""
    log.warning("auto top-up of wallet %s stops: %s %s", row.wallet_id, reason, detail)
    row.enabled = False
    row.tripped_at = now
    row.trip_reason = reason[:_REASON_MAX]
    row.save(update_fields=["enabled", "tripped_at", "trip_reason"])
    money_events.auto_topup_stopped(
        user_id=row.user_id, key=f"{row.wallet_id}:{key}", reason=row.trip_reason, now=now
    )
    tell(
        user_id=row.user_id,
        kind="auto_topup_stopped",
        key=f"auto_topup_stopped:{row.wallet_id}:{key}",
        facts={"reason": row.trip_reason},
        now=now,
    )


def _lock(attempt_id: int) -> tuple[AutoTopUpAttempt, Order]:
    attempt = AutoTopUpAttempt.objects.get(pk=attempt_id)
    lock_wallet(attempt.wallet_id)
    attempt = AutoTopUpAttempt.objects.select_for_update().get(pk=attempt_id)
    order = Order.objects.select_for_update(of=("self",)).get(pk=attempt.order_id)
    return attempt, order


def _fail(
    attempt: AutoTopUpAttempt, order: Order, *, reason: str, detail: str, now: datetime
) -> None:
    if attempt.state != "begun":
        return
    attempt.error = f"{reason} {detail}".strip()[:_ERROR_MAX]
    _end(attempt, "failed", now)
    close_order(order, "failed", f"auto top-up: {reason}"[:200])
    order.save()
    row = AutoTopUp.objects.select_for_update().get(wallet_id=attempt.wallet_id)
    # Turned off by its user meanwhile: there is nothing left to stop.
    if row.enabled:
        stop(row, reason=reason, detail=detail, key=str(attempt.number), now=now)


def _end(attempt: AutoTopUpAttempt, state: str, now: datetime) -> None:
    attempt.state, attempt.closed_at = state, now
    attempt.save(update_fields=["state", "closed_at", "error"])
