"""An order that was paid twice: the first payment counts, every other one goes back whole.

The row is written in the transaction that found out. Stripe is asked afterwards, again and again
until it answers: a whole payment can be refunded once only, so asking twice gives nothing twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.services.doorbell import ring_after_commit
from billing.gateway import outbound
from billing.gateway.errors import GatewayError, Unreachable
from billing.gateway.types import InvoiceState, PaymentReversals, SessionState
from billing.models import DuplicatePayment, Order
from billing.services.notices import tell

log = logging.getLogger(__name__)

TRIES_MAX = 30
_WAIT_MAX = timedelta(hours=6)
# One that is being asked for by a process that died is asked for again after this long.
_LEASE = timedelta(minutes=2)


def record_session(order: Order, state: SessionState, *, now: datetime) -> None:
    """Another paid session of an order. A step; recorded once. One without a payment is nothing."""
    if state.payment_id:
        _record(
            order,
            {"session_id": state.id},
            payment_id=state.payment_id,
            amount_minor=state.amount_minor,
            currency=state.currency,
            now=now,
        )


def record_invoice(order: Order, state: InvoiceState, *, now: datetime) -> None:
    """A paid invoice of another subscription of an order. A step; recorded once."""
    _record(
        order,
        {"invoice_id": state.id},
        subscription_id=state.subscription.id,
        payment_id=state.payment_id,
        amount_minor=state.total_minor,
        currency=state.currency,
        now=now,
    )


def give_back_duplicates(*, now: datetime) -> int:
    """Cancel and refund what was paid twice and is due; returns how many went back."""
    due = DuplicatePayment.objects.filter(state="begun", next_try_at__lte=now).order_by("id")
    return sum(_give_back(pk, now) for pk in list(due.values_list("pk", flat=True)[:100]))


def follow_duplicate(state: PaymentReversals, *, now: datetime) -> bool:
    """Whether the payment is one beyond what an order needed: no purchase, no points, no paper.

    A step. Where its refund failed after all, it waits parked for a person.
    """
    row = DuplicatePayment.objects.filter(payment_id=state.payment_id).first()
    if row is None or not state.payment_id:
        return False
    standing = [refund for refund in state.refunds if not refund.failed]
    if row.state == "done" and state.refunds and not standing and not state.disputes:
        error = f"the refund failed: {state.refunds[-1].failure or state.refunds[-1].status}"
        log.error("duplicate payment %s of order %s parked: %s", row.pk, row.order_id, error)
        DuplicatePayment.objects.filter(pk=row.pk, state="done").update(
            state="parked", error=error[:500], closed_at=now
        )
    return True


@transaction.atomic(durable=True)
def unpark(*, duplicate_id: int, now: datetime) -> bool:
    """Try a parked one again; whether there was one."""
    taken = DuplicatePayment.objects.filter(pk=duplicate_id, state="parked").update(
        state="begun", next_try_at=now, closed_at=None
    )
    if taken:
        ring_after_commit("billing.give_back_duplicates")
    return bool(taken)


def _record(order: Order, found_by: dict[str, str], *, now: datetime, **money: object) -> None:
    row, made = DuplicatePayment.objects.get_or_create(
        **found_by, defaults={"order": order, "created_at": now, "next_try_at": now, **money}
    )
    if made:
        log.warning("order %s was paid twice: %s goes back", order.pk, row.payment_id or row)
        ring_after_commit("billing.give_back_duplicates")


def _give_back(pk: int, now: datetime) -> bool:
    """Ask Stripe for one; whether it went back. Of two workers one asks."""
    taken = DuplicatePayment.objects.filter(pk=pk, state="begun", next_try_at__lte=now)
    if not taken.update(tries=F("tries") + 1, next_try_at=now + _LEASE):
        return False
    row = DuplicatePayment.objects.get(pk=pk)
    try:
        refund_id = _ask(row)
    except Unreachable as error:
        # Tries are never counted from the start again: each is a key of its own at Stripe.
        if row.tries % TRIES_MAX == 0:
            _park(row, f"given up after {row.tries} tries: {error}", now)
        else:
            wait = min(timedelta(seconds=10 * 2 ** min(row.tries % TRIES_MAX, 12)), _WAIT_MAX)
            DuplicatePayment.objects.filter(pk=pk, state="begun").update(
                error=str(error)[:500], next_try_at=now + wait
            )
        return False
    except GatewayError as error:
        _park(row, str(error), now)
        return False
    _close(row, refund_id, now)
    return True


def _ask(row: DuplicatePayment) -> str:
    if row.subscription_id:
        outbound.cancel_subscription(
            row.subscription_id, key=f"duplicate-cancel-{row.subscription_id}"
        )
    if not row.payment_id:
        return ""
    return outbound.refund_payment(
        row.payment_id,
        key=f"duplicate-refund-{row.payment_id}-{row.tries}",
        metadata={"order_id": str(row.order_id), "duplicate": str(row.pk)},
    )


def _park(row: DuplicatePayment, error: str, now: datetime) -> None:
    log.error("duplicate payment %s of order %s parked: %s", row.pk, row.order_id, error)
    DuplicatePayment.objects.filter(pk=row.pk, state="begun").update(
        state="parked", error=error[:500], next_try_at=None, closed_at=now
    )


@transaction.atomic(durable=True)
def _close(row: DuplicatePayment, refund_id: str, now: datetime) -> None:
    closed = DuplicatePayment.objects.filter(pk=row.pk, state="begun").update(
        state="done", refund_id=refund_id, error="", next_try_at=None, closed_at=now
    )
    if closed and row.amount_minor:
        tell(
            user_id=row.order.user_id,
            kind="paid_twice",
            key=f"paid_twice:{row.pk}",
            facts={
                "order": str(row.order_id),
                "amount_minor": row.amount_minor,
                "currency": row.currency,
            },
            now=now,
        )
