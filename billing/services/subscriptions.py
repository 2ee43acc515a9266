"""What a subscription says, applied to its membership. Steps; never a grant."""

from __future__ import annotations

from datetime import datetime

from billing import launch
from billing.gateway.types import SubscriptionState
from billing.models import Membership, Order
from billing.services.live_memberships import end
from billing.services.sessions import close_order, lock_order

_STATUS = {
    "active": "active",
    "trialing": "active",
    "paused": "active",
    "past_due": "past_due",
    "unpaid": "past_due",
}
_OVER = ("canceled", "incomplete_expired")


def apply_subscription(
    state: SubscriptionState, *, asked_at: datetime, now: datetime
) -> Membership | None:
    """Mirror the subscription; `asked_at` is when it was fetched.

    An answer older than what is stored changes nothing, so a late event cannot revive a
    membership. None when there is no membership: it begins with a paid invoice, not before.
    """
    membership = lock_membership(state.id)
    if membership is None:
        if state.status in _OVER and state.order_id:
            _close_unpaid_order(state)
        return None
    if asked_at < membership.mirrored_at or membership.status == "ended":
        return membership
    membership.mirrored_at = asked_at
    membership.cancel_at = state.cancel_at
    membership.paused = state.paused
    membership.schedule_id = state.schedule_id
    if not state.schedule_id:
        membership.next_plan_price = None
    if state.status in _STATUS:
        membership.status = _STATUS[state.status]
    membership.save()
    set_perks(membership)
    if state.status in _OVER:
        end(membership, ended_at=state.ended_at or now)
    return membership


def lock_membership(subscription_id: str) -> Membership | None:
    """The membership of a subscription, locked."""
    return (
        Membership.objects.select_for_update(of=("self",))
        .select_related("plan_price__plan")
        .filter(subscription_id=subscription_id)
        .first()
    )


def set_perks(membership: Membership) -> None:
    """Perks of the newest period: to its end, and through the retries of a renewal to come."""
    period = membership.periods.order_by("-starts_at").first()
    if period is None or period.given_back_at is not None:
        return
    grace = launch.RENEWAL_GRACE if membership.cancel_at is None else launch.NO_GRACE
    until = period.ends_at + grace
    if period.perks_until != until:
        period.perks_until = until
        period.save(update_fields=["perks_until"])


def _close_unpaid_order(state: SubscriptionState) -> None:
    order = lock_order(state.order_id)
    if order.subscription_id in ("", state.id):
        close_order(order, "failed", "the first payment failed")
        Order.objects.filter(pk=order.pk).update(
            state=order.state, reason=order.reason, next_poll_at=order.next_poll_at
        )
