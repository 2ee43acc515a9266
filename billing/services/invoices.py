"""What an invoice says. A paid one is the only thing that gives a card membership its points.

Steps: the caller owns the transaction. What decides is each line: a line of our price that is not
a proration is a period, under the key `period:<subscription>:<start>`.
"""

from __future__ import annotations

from datetime import datetime

from billing import launch
from billing.gateway.types import InvoiceLine, InvoiceState
from billing.models import Membership, MembershipPeriod, Order, PlanPrice
from billing.services import money_events, promotions
from billing.services.documents import issue_for_period
from billing.services.duplicates import record_invoice
from billing.services.live_memberships import live_membership, lock_wallet
from billing.services.notices import tell
from billing.services.parking import Parked
from billing.services.periods import PaidPeriod, open_period
from billing.services.sessions import give_back, lock_order, mark_paid
from billing.services.stripe_prices import plan_price_of
from billing.services.subscriptions import apply_subscription, lock_membership


def apply_invoice(state: InvoiceState, *, asked_at: datetime, now: datetime) -> None:
    """Open the periods a paid invoice pays for; tell the member when a renewal has failed.

    Raises Parked when it is paid for something that is not ours.
    """
    if state.status == "paid":
        lines = [line for line in state.lines if not line.proration]
        if lines:
            membership = _membership_for(state, now)
            if membership is None:
                return  # given back
            for line in lines:
                _pay_period(membership, state, line, now)
    membership = apply_subscription(state.subscription, asked_at=asked_at, now=now)
    if membership is None or membership.status == "ended":
        return
    if state.status == "open" and state.attempts > 0:
        _tell_failure(membership, state, now)


def _membership_for(state: InvoiceState, now: datetime) -> Membership | None:
    """The membership of the invoice's subscription; a first invoice begins it.

    None when the money must go back: the wallet has another membership, the promotion was used
    before, or another subscription has paid the order.
    """
    known = Membership.objects.filter(subscription_id=state.subscription.id).first()
    if known is not None:
        lock_wallet(known.wallet_id)
        return lock_membership(state.subscription.id)
    order = lock_order(state.subscription.order_id)
    known = lock_membership(state.subscription.id)
    if known is not None:
        return known
    if order.state in ("paid", "undoing", "undone"):
        if order.subscription_id != state.subscription.id:
            record_invoice(order, state, now=now)
        return None
    order.subscription_id = state.subscription.id
    membership = _begin(order, state, now)
    order.save()
    return membership


def _begin(order: Order, state: InvoiceState, now: datetime) -> Membership | None:
    if order.plan_price is None:
        raise Parked(f"invoice {state.id} is for order {order.pk}, which is not for a plan")
    if (state.total_minor, state.currency) != (order.amount_minor, order.currency):
        raise Parked(
            f"invoice {state.id} is {state.total_minor} {state.currency}, "
            f"order {order.pk} asked for {order.amount_minor} {order.currency}"
        )
    if order.user.closed_at is not None:
        give_back(order, reason="account_closed", payment_id=state.payment_id)
        return None
    if live_membership(wallet_id=order.wallet_id, now=now) is not None:
        give_back(order, reason="second_membership", payment_id=state.payment_id)
        return None
    order.card_fingerprint = state.card_fingerprint
    try:
        promotions.use(order=order, card_fingerprint=state.card_fingerprint)
    except promotions.RedemptionTaken:
        give_back(order, reason="promotion_used_before", payment_id=state.payment_id)
        return None
    mark_paid(order, payment_id=state.payment_id, now=now)
    line = next(line for line in state.lines if not line.proration)
    return Membership.objects.create(
        wallet_id=order.wallet_id,
        user_id=order.user_id,
        kind="card",
        status="active",
        plan_price=order.plan_price,
        subscription_id=state.subscription.id,
        current_period_start_at=line.starts_at,
        current_period_end_at=line.ends_at,
        # Nothing is mirrored yet: the first answer applied counts.
        mirrored_at=order.created_at,
        started_at=now,
    )


def _pay_period(
    membership: Membership, state: InvoiceState, line: InvoiceLine, now: datetime
) -> None:
    price = plan_price_of(line.price_id)
    if price is None or line.subscription_id != membership.subscription_id:
        raise Parked(f"invoice {state.id} has a line of the unknown price {line.price_id!r}")
    if price.currency != state.currency:
        raise Parked(f"invoice {state.id} is in {state.currency}, its price in {price.currency}")
    if membership.user.closed_at is not None and not _known(line):
        raise Parked(f"invoice {state.id} was paid for a closed account: give it back by hand")
    period, made = open_period(
        membership=membership,
        paid=PaidPeriod(
            key=_period_key(line),
            plan_price=price,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            perks_until=line.ends_at + launch.RENEWAL_GRACE,
            amount_minor=line.amount_minor - line.discount_minor,
            invoice_id=state.id,
            payment_id=state.payment_id,
        ),
        now=now,
    )
    if made:
        issue_for_period(period, _order_of(membership, state), now=now)
    if made and line.starts_at >= membership.current_period_start_at:
        _move_on(membership, price, line)


def _order_of(membership: Membership, state: InvoiceState) -> Order | None:
    """The order behind a membership's first invoice; a renewal and an upgrade have none."""
    if membership.periods.count() > 1:
        return None
    return Order.objects.filter(
        subscription_id=state.subscription.id, wallet_id=membership.wallet_id, state="paid"
    ).first()


def _known(line: InvoiceLine) -> bool:
    return MembershipPeriod.objects.filter(key=_period_key(line)).exists()


def _period_key(line: InvoiceLine) -> str:
    # The price belongs to it: an upgrade in the second of the purchase is a period of its own.
    return f"period:{line.subscription_id}:{int(line.starts_at.timestamp())}:{line.price_id}"


def _move_on(membership: Membership, price: PlanPrice, line: InvoiceLine) -> None:
    membership.plan_price = price
    membership.current_period_start_at = line.starts_at
    membership.current_period_end_at = line.ends_at
    if membership.next_plan_price_id == price.pk:
        membership.next_plan_price = None
    membership.save(
        update_fields=[
            "plan_price",
            "current_period_start_at",
            "current_period_end_at",
            "next_plan_price",
        ]
    )


def _tell_failure(membership: Membership, state: InvoiceState, now: datetime) -> None:
    next_at = state.next_attempt_at
    money_events.renewal_failed(
        membership,
        key=f"{state.id}:{state.attempts}",
        amount_minor=state.total_minor,
        currency=state.currency,
        next_attempt_at=next_at,
        now=now,
    )
    tell(
        user_id=membership.user_id,
        kind="renewal_failed",
        key=f"renewal_failed:{state.id}:{state.attempts}",
        facts={
            "plan": membership.plan_price.plan.code,
            "amount_minor": state.total_minor,
            "currency": state.currency,
            "attempt": state.attempts,
            "next_attempt_at": next_at.isoformat() if next_at else None,
        },
        now=now,
    )
