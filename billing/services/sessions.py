"""What a Checkout session says, applied to its order. Steps: the caller owns the transaction.

Called by the webhook, the landing page and the poller alike, in any order and any number of
times: the ledger's key `topup:<session>` and the order's state make it one purchase.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from billing import launch
from billing.calendar_months import add_months
from billing.gateway.types import SessionState
from billing.ledger import services as ledger
from billing.models import Membership, Order
from billing.services import money_events, promotions
from billing.services.documents import issue_for_order
from billing.services.duplicates import record_session
from billing.services.live_memberships import live_membership, lock_wallet
from billing.services.notices import tell
from billing.services.parking import Parked
from billing.services.periods import PaidPeriod, open_period

# Paid once, whatever became of it: more money for the order is a duplicate.
_SETTLED = ("paid", "undoing", "undone")


def apply_session(state: SessionState, *, now: datetime) -> Order:
    """Bring the order up to what the session says: paid, failed, expired or still waiting.

    Money wins: a session that was paid is fulfilled whatever became of our order meanwhile.
    Raises Parked for a session that is not ours or not the amount we asked for.
    """
    order = lock_order(state.order_id)
    if state.mode == "subscription":
        _apply_subscription_session(order, state)
    elif state.mode == "payment":
        _apply_payment_session(order, state, now)
    else:
        raise Parked(f"session {state.id} has mode {state.mode}")
    order.save()
    return order


def lock_order(order_id: str) -> Order:
    """The order of an id from Stripe's metadata, its wallet locked. Raises Parked."""
    try:
        found = Order.objects.filter(pk=UUID(order_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise Parked(f"there is no order {order_id!r}")
    lock_wallet(found.wallet_id)
    return Order.objects.select_for_update(of=("self",)).get(pk=found.pk)


def close_order(order: Order, state: str, reason: str = "") -> None:
    """An open order came to nothing; it is saved by the caller."""
    if order.state != "open":
        return
    order.state = state
    order.reason = reason
    order.next_poll_at = None
    promotions.let_go(order)


def mark_paid(order: Order, *, payment_id: str, now: datetime) -> None:
    """The order is paid; it is saved by the caller. Programs of the buyer are told."""
    order.state = "paid"
    order.reason = ""
    order.paid_at = order.paid_at or now
    order.payment_id = payment_id or order.payment_id
    order.next_poll_at = None
    money_events.order_paid(order, now=now)


def give_back(order: Order, *, reason: str, payment_id: str) -> None:
    """What was paid must go back: `undo` does it once this is committed."""
    order.state = "undoing"
    order.reason = reason
    order.payment_id = payment_id or order.payment_id
    order.next_poll_at = None
    promotions.let_go(order)


def _apply_subscription_session(order: Order, state: SessionState) -> None:
    """Links only: a membership begins with its paid invoice, and keeps the first one's link."""
    if state.subscription_id and order.state not in _SETTLED:
        order.subscription_id = state.subscription_id
    if state.status == "expired":
        close_order(order, "expired")


def _apply_payment_session(order: Order, state: SessionState, now: datetime) -> None:
    if not state.paid:
        if state.status == "expired":
            close_order(order, "expired")
        elif state.payment_failed and order.state == "open":
            close_order(order, "failed", "the payment failed")
            tell(
                user_id=order.user_id,
                kind="payment_failed",
                key=f"payment_failed:{state.id}",
                facts={"order": str(order.pk)},
                now=now,
            )
        return
    if order.state in _SETTLED:
        if order.session_id != state.id:
            record_session(order, state, now=now)
        return
    _check_amount(order, state)
    order.session_id = state.id
    if order.user.closed_at is not None:
        give_back(order, reason="account_closed", payment_id=state.payment_id)
        return
    order.card_fingerprint = state.card_fingerprint
    try:
        promotions.use(order=order, card_fingerprint=state.card_fingerprint)
    except promotions.RedemptionTaken:
        give_back(order, reason="promotion_used_before", payment_id=state.payment_id)
        return
    if order.plan_price is None:
        mark_paid(order, payment_id=state.payment_id, now=now)
        _grant_points(order, state, now)
    else:
        _begin_prepaid(order, state, now)


def _check_amount(order: Order, state: SessionState) -> None:
    asked = (order.amount_minor, order.currency)
    if (state.amount_minor, state.currency) != asked:
        raise Parked(
            f"session {state.id} is {state.amount_minor} {state.currency}, "
            f"order {order.pk} asked for {order.amount_minor} {order.currency}"
        )


def _grant_points(order: Order, state: SessionState, now: datetime) -> None:
    paid_at = order.paid_at or now
    # Points come from our order, never from the payload: it is compared above, and that is all.
    ledger.grant(
        wallet_id=order.wallet_id,
        amount_cp=order.points_cp + order.bonus_cp,
        source="topup",
        paid=True,
        starts_at=paid_at,
        expires_at=add_months(paid_at, launch.TOPUP_MONTHS),
        key=f"topup:{state.id}",
        reference=f"topup:{order.pk}",
        now=now,
    )
    issue_for_order(order, now=now)


def _begin_prepaid(order: Order, state: SessionState, now: datetime) -> None:
    """A prepaid period: now, or after the present one unless it is a higher plan."""
    price = order.plan_price
    if price is None:
        raise Parked(f"order {order.pk} has no plan")
    live = live_membership(wallet_id=order.wallet_id, now=now)
    if live is not None and live.kind == "card":
        give_back(order, reason="second_membership", payment_id=state.payment_id)
        return
    mark_paid(order, payment_id=state.payment_id, now=now)
    follows = live is not None and price.plan.level <= live.plan_price.plan.level
    starts_at = live.current_period_end_at if live is not None and follows else now
    ends_at = add_months(starts_at, price.months)
    membership = live or Membership.objects.create(
        wallet_id=order.wallet_id,
        user_id=order.user_id,
        kind="prepaid",
        status="active",
        plan_price=price,
        current_period_start_at=starts_at,
        current_period_end_at=ends_at,
        mirrored_at=now,
        started_at=now,
    )
    membership.kind = "prepaid"
    membership.plan_price = price
    if not follows:
        membership.current_period_start_at = starts_at
    membership.current_period_end_at = max(ends_at, membership.current_period_end_at)
    membership.save()
    open_period(
        membership=membership,
        paid=PaidPeriod(
            key=f"period:order:{order.pk}",
            plan_price=price,
            starts_at=starts_at,
            ends_at=ends_at,
            perks_until=ends_at,
            amount_minor=order.amount_minor,
            payment_id=state.payment_id,
        ),
        now=now,
    )
    issue_for_order(order, now=now)


def poll_after(order: Order, now: datetime) -> None:
    """Set when an order that is still open is looked at again: 2, 10, 40 minutes, then daily."""
    order.polls += 1
    waits = (10, 40, 65)
    if order.polls <= len(waits):
        order.next_poll_at = order.created_at + timedelta(minutes=waits[order.polls - 1])
    else:
        order.next_poll_at = now + timedelta(days=1)
