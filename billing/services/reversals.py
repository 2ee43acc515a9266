"""What Stripe says went back of a payment, applied to its purchase. Steps.

The whole state of the payment is applied each time, so that order, duplicates and loss of events
stop mattering: a refund is one row, and the points follow the sum of what went back.
"""

from __future__ import annotations

from datetime import datetime

from billing.gateway.types import PaymentReversals, RefundState
from billing.models import Refund
from billing.services import money_events
from billing.services.disputes import end_period, follow_dispute
from billing.services.duplicates import follow_duplicate
from billing.services.live_memberships import lock_wallet, take_up_prepaid
from billing.services.notices import tell
from billing.services.purchases import (
    Purchase,
    points_for,
    purchase_of_payment,
    reversed_so_far,
    surplus_purchase,
)
from billing.services.takebacks import lock_points, restore, take_back


class NotPaidYet(Exception):
    """Money of a payment we know nothing of went back: what paid may still be on its way."""


def apply_reversals(state: PaymentReversals, *, now: datetime) -> None:
    """Bring refunds, disputes and points up to what Stripe says of a payment.

    Raises NotPaidYet: tried again, and parked in the end.
    """
    if follow_duplicate(state, now=now):
        return
    purchase = purchase_of_payment(state.payment_id) or surplus_purchase(
        order_id=state.order_id, payment_id=state.payment_id, amount_minor=state.amount_minor
    )
    if purchase is None:
        raise NotPaidYet(f"no purchase is known for payment {state.payment_id}")
    lock_wallet(purchase.wallet_id)
    lock_points(purchase.wallet_id, now=now)
    for refund in state.refunds:
        _follow_refund(purchase, refund, now)
    for dispute in state.disputes:
        follow_dispute(purchase, dispute, now=now)


def fail_refund(refund: Refund, purchase: Purchase, *, error: str, now: datetime) -> None:
    """The money stays with us: the points come back, the buyer is told. The wallet is locked."""
    Refund.objects.filter(pk=refund.pk).update(state="failed", error=error[:500], closed_at=now)
    restored_cp = restore(purchase, cause=refund, reason="refund failed", now=now)
    period = purchase.period
    if period is not None and period.given_back_at is not None:
        period.given_back_at = None
        period.perks_until = max(period.perks_until, period.ends_at)
        period.save(update_fields=["given_back_at", "perks_until"])
        take_up_prepaid(period, now=now)
    money_events.refund_settled(refund, succeeded=False, currency=purchase.currency, now=now)
    tell(
        user_id=refund.order.user_id,
        kind="refund_failed",
        key=f"refund_failed:{refund.order_id}:{refund.pk}:{int(refund.created_at.timestamp())}",
        facts={
            "order": str(refund.order_id),
            "amount_minor": refund.amount_minor,
            "currency": purchase.currency,
            "points_cp": restored_cp,
        },
        now=now,
    )


def _follow_refund(purchase: Purchase, state: RefundState, now: datetime) -> None:
    row = _row_of(state)
    if row is None:
        row = _found_at_stripe(purchase, state, now)
    if not row.refund_id:
        row.refund_id = state.id
        row.save(update_fields=["refund_id"])
    if state.failed:
        if row.state != "failed":
            fail_refund(row, purchase, error=state.failure or state.status, now=now)
        return
    if row.state == "failed":
        # Given up too early, or refused and made all the same: the money is gone.
        _take_again(purchase, row, now)
    settled = "done" if state.status == "succeeded" else "pending"
    if row.state != settled:
        row.state = settled
        row.closed_at = now if settled == "done" else None
        row.save(update_fields=["state", "closed_at"])
        if settled == "done":
            money_events.refund_settled(row, succeeded=True, currency=purchase.currency, now=now)
    if reversed_so_far(purchase).returned_minor >= purchase.amount_minor:
        end_period(purchase, now=now)


def _row_of(state: RefundState) -> Refund | None:
    known = Refund.objects.filter(refund_id=state.id).first()
    if known is not None or not state.ours.isdigit():
        return known
    # Both must fit: ids start again when a test installation is reset.
    ours = Refund.objects.filter(pk=int(state.ours), payment_id=state.payment_id, refund_id="")
    found = ours.select_related("order").first()
    return found if found is not None and str(found.order_id) == state.order_id else None


def _found_at_stripe(purchase: Purchase, state: RefundState, now: datetime) -> Refund:
    """A refund nobody asked us for: its points are those its money had paid for."""
    points_cp = 0 if state.failed else points_for(purchase, state.amount_minor)
    row = Refund.objects.create(
        order=purchase.order,
        period=purchase.period,
        payment_id=purchase.payment_id,
        points_cp=points_cp,
        amount_minor=state.amount_minor,
        reason="stripe",
        actor="stripe",
        state="failed" if state.failed else "pending",
        error=state.failure,
        refund_id=state.id,
        created_at=now,
    )
    if points_cp:
        take_back(purchase, points_cp, cause=row, reason="refund", actor="stripe", now=now)
    if not state.failed:
        _tell_returned(purchase, row, now)
    return row


def _take_again(purchase: Purchase, row: Refund, now: datetime) -> None:
    row.points_cp = points_for(purchase, row.amount_minor)
    row.state, row.error = "pending", ""
    row.save(update_fields=["points_cp", "state", "error"])
    if row.points_cp:
        take_back(purchase, row.points_cp, cause=row, reason="refund", actor="stripe", now=now)


def _tell_returned(purchase: Purchase, row: Refund, now: datetime) -> None:
    if not purchase.granted_cp:
        return  # `undoing` has told the buyer already
    tell(
        user_id=purchase.order.user_id,
        kind="money_returned",
        key=f"money_returned:{row.refund_id}",
        facts={
            "order": str(purchase.order.pk),
            "amount_minor": row.amount_minor,
            "currency": purchase.currency,
            "points_cp": row.points_cp,
            "debt_cp": sum(taken.debt_cp for taken in row.takings.all()),
        },
        now=now,
    )
