"""Money back by the buyer's own hand: the untouched share, or a withdrawal from the contract.

The points leave the wallet first, in the transaction that records the refund; then Stripe is asked
under the refund's key. When Stripe refuses, the points come back.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing import launch
from billing.errors import NotRefundable, PaymentsUnavailable
from billing.gateway import outbound
from billing.gateway.errors import GatewayError, Unreachable
from billing.gateway.reversals import fetch_reversals
from billing.gateway.types import RefundState
from billing.models import MembershipChange, Order, Refund
from billing.services import memberships, money_events
from billing.services.live_memberships import lock_wallet
from billing.services.notices import tell
from billing.services.purchases import Purchase, purchase_of_order
from billing.services.refund_steps import (
    Share,
    lock,
    purchase_of_refund,
    untouched_share,
    whole_share,
    write_refund,
)
from billing.services.reversals import apply_reversals, fail_refund

log = logging.getLogger(__name__)
_UNFINISHED = timedelta(minutes=2)
_KEY_KEPT = timedelta(hours=23)
_BY_BUYER = ("untouched", "withdrawal")


def refund_order(*, user: User, order_id: UUID, now: datetime) -> Refund:
    """Give back the untouched share of an order; asked again, the same refund.

    Of a membership: of its newest paid period; the membership ends with it. Raises NotFound,
    NotRefundable, ChangeInProgress, PaymentsUnavailable (the refund is begun and will be finished).
    """
    return _answered(_begin(user=user, order_id=order_id, reason="untouched", now=now), now)


def withdraw_order(*, user: User, order_id: UUID, now: datetime) -> Refund:
    """Withdraw from the contract: within 14 days, for any reason or none.

    With the consent recorded at purchase the points used are paid for and the rest goes back;
    without it everything goes back, used or not. Raises as `refund_order` does.
    """
    return _answered(_begin(user=user, order_id=order_id, reason="withdrawal", now=now), now)


def refundable(order: Order, *, now: datetime) -> Share:
    """What of a paid order its buyer can have back now. Takes no lock. Raises NotRefundable."""
    return _untouched(_purchase(order), now)


def withdrawable(order: Order, *, now: datetime) -> Share:
    """What a withdrawal gives back now. Takes no lock. Raises NotRefundable."""
    return _withdrawn(_purchase(order), now)


def finish_refunds(*, now: datetime, waited: timedelta = _UNFINISHED) -> int:
    """Ask Stripe again for refunds it has not answered; returns how many were tried."""
    left = Refund.objects.filter(state="begun", created_at__lte=now - waited)
    found = list(left.select_related("order", "period__membership")[:100])
    for refund in found:
        try:
            if refund.created_at <= now - _KEY_KEPT:
                _find_out(refund, now)
            else:
                send_refund(refund, now=now)
        except (PaymentsUnavailable, NotRefundable, GatewayError) as refusal:
            log.warning("refund %s is not finished: %s", refund.pk, refusal)
    return len(found)


def send_refund(refund: Refund, *, now: datetime) -> Refund:
    """Ask Stripe for a refund that is begun, under its own key; then end its membership.

    Raises NotRefundable when Stripe refuses (the points are back), PaymentsUnavailable when it
    does not answer: the clock asks again.
    """
    at = int(refund.created_at.timestamp())
    try:
        state = outbound.refund_part(
            refund.payment_id,
            amount_minor=refund.amount_minor,
            key=f"refund-{refund.order_id}-{refund.pk}-{at}",
            metadata={"order_id": str(refund.order_id), "refund": str(refund.pk)},
        )
    except Unreachable as error:
        raise PaymentsUnavailable(
            _("The payment provider cannot be reached right now; your money follows.")
        ) from error
    except GatewayError as error:
        _refused(refund, str(error), now)
        raise NotRefundable(
            _("The payment provider refused to give this back; your points are still yours.")
        ) from error
    _sent(refund, state, now)
    if refund.ends_membership and refund.period is not None:
        _end_membership(refund.period.membership_id, now)
    refund.refresh_from_db()
    return refund


@transaction.atomic(durable=True)
def _sent(refund: Refund, state: RefundState, now: datetime) -> None:
    """Stripe has taken it; an event of Stripe's may have said more meanwhile."""
    done = state.status == "succeeded"
    settled = Refund.objects.filter(pk=refund.pk, state="begun").update(
        state="done" if done else "pending",
        refund_id=state.id,
        closed_at=now if done else None,
    )
    if settled and done:
        money_events.refund_settled(refund, succeeded=True, currency=refund.order.currency, now=now)


@transaction.atomic(durable=True)
def _begin(*, user: User, order_id: UUID, reason: str, now: datetime) -> Refund:
    order = Order.objects.select_related("user").filter(pk=order_id, user=user).first()
    if order is None:
        raise NotFound(_("No such order."))
    lock_wallet(order.wallet_id)
    order.refresh_from_db()
    purchase = _purchase(order)
    given = Refund.objects.filter(payment_id=purchase.payment_id, reason__in=_BY_BUYER)
    known = given.exclude(state="failed").first()
    if known is not None:
        return known
    lock(purchase, now=now)
    share = _withdrawn(purchase, now) if reason == "withdrawal" else _untouched(purchase, now)
    refund = write_refund(
        purchase,
        share,
        reason=reason,
        actor=f"user:{user.pk}",
        ends_membership=purchase.period is not None,
        now=now,
    )
    if reason == "withdrawal":
        _acknowledge(refund, purchase, now)
    return refund


def _purchase(order: Order) -> Purchase:
    purchase = purchase_of_order(order) if order.state == "paid" else None
    if purchase is None or purchase.paid_at is None or not purchase.payment_id:
        raise NotRefundable(_("Only what was paid can be given back."))
    return purchase


def _untouched(purchase: Purchase, now: datetime) -> Share:
    over = purchase.paid_at is None or now >= purchase.paid_at + launch.REFUND_WINDOW
    # Who is barred cannot use what they paid for, so their way out stays open.
    if over and not purchase.order.user.banned_at:
        raise NotRefundable(_("The time to give this purchase back is over."))
    share = untouched_share(purchase, now=now)
    if share.amount_minor == 0:
        raise NotRefundable(_("Nothing of this purchase is left untouched."))
    return share


def _withdrawn(purchase: Purchase, now: datetime) -> Share:
    order = purchase.order
    if order.paid_at is None or now >= order.paid_at + launch.REFUND_WINDOW:
        raise NotRefundable(_("The 14 days to withdraw from this purchase are over."))
    if order.consent_at is not None:
        share = untouched_share(purchase, now=now)
    else:
        share = whole_share(purchase, now=now)
    if share.amount_minor <= 0:
        raise NotRefundable(_("Nothing of this purchase is left to give back."))
    return share


def _answered(refund: Refund, now: datetime) -> Refund:
    return send_refund(refund, now=now) if refund.state == "begun" else refund


def _acknowledge(refund: Refund, purchase: Purchase, now: datetime) -> None:
    """The law asks for a receipt of the withdrawal with its time, on a lasting medium: by mail."""
    tell(
        user_id=refund.order.user_id,
        kind="withdrawal_received",
        key=f"withdrawal:{refund.order_id}:{refund.pk}:{int(now.timestamp())}",
        facts={
            "order": str(refund.order_id),
            "amount_minor": refund.amount_minor,
            "currency": purchase.currency,
            "points_cp": refund.points_cp,
            "at": now.isoformat(timespec="seconds"),
        },
        now=now,
    )


def _end_membership(membership_id: int, now: datetime) -> None:
    change = MembershipChange.objects.filter(
        membership_id=membership_id, kind="end", state="begun"
    ).first()
    if change is None:
        return
    try:
        memberships.run_change(change, now=now)
    except PaymentsUnavailable:
        log.warning("membership %s is ended by the clock", membership_id)


def _find_out(refund: Refund, now: datetime) -> None:
    """Stripe has forgotten the key: look whether it made the refund before giving it up."""
    state = fetch_reversals(refund.payment_id)
    with transaction.atomic(durable=True):
        apply_reversals(state, now=now)
    refund.refresh_from_db()
    if refund.state == "begun":
        _refused(refund, "Stripe has no such refund", now)


@transaction.atomic(durable=True)
def _refused(refund: Refund, error: str, now: datetime) -> None:
    purchase = purchase_of_refund(refund)
    lock(purchase, now=now)
    if not Refund.objects.select_for_update().filter(pk=refund.pk, state="begun").exists():
        return
    fail_refund(refund, purchase, error=error, now=now)
    if refund.period is not None:
        ends = MembershipChange.objects.filter(membership_id=refund.period.membership_id)
        ends.filter(kind="end", state="begun").update(
            state="failed", error="the refund was refused", closed_at=now
        )
