"""What programs of a user are told about money, as events. Steps, beside the fact they tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from accounts.services.webhook_events import Fact, instant, record
from billing.models import Membership, MembershipPeriod, Order, Refund
from billing.types import format_points


def order_paid(order: Order, *, now: datetime) -> None:
    """An order has just been paid; its row need not be saved yet."""
    _tell(order.user_id, "order.paid", str(order.pk), lambda: _order(order), now)


def refund_settled(refund: Refund, *, succeeded: bool, currency: str, now: datetime) -> None:
    """A refund has just reached its end. One that failed may succeed after all: both are told."""
    kind = "refund.succeeded" if succeeded else "refund.failed"
    name = f"{refund.order_id}:{refund.pk}"
    _tell(refund.order.user_id, kind, name, lambda: _refund(refund, currency), now)


def period_begun(period: MembershipPeriod, *, now: datetime) -> None:
    """A period was written that a payment paid for."""
    owner_id = period.membership.user_id
    _tell(owner_id, "membership.period_begun", str(period.pk), lambda: _period(period), now)


def membership_ended(membership: Membership, *, now: datetime) -> None:
    """A membership is over."""
    plan = membership.plan_price.plan.code
    name = str(membership.pk)
    _tell(membership.user_id, "membership.ended", name, lambda: {"plan": plan}, now)


def renewal_failed(
    membership: Membership,
    *,
    key: str,
    amount_minor: int,
    currency: str,
    next_attempt_at: datetime | None,
    now: datetime,
) -> None:
    """A card was refused; `key` names the try."""
    data: dict[str, object] = {
        "plan": membership.plan_price.plan.code,
        "amount_minor": amount_minor,
        "currency": currency,
        "next_attempt_at": instant(next_attempt_at) if next_attempt_at else None,
    }
    _tell(membership.user_id, "membership.renewal_failed", key, lambda: data, now)


def auto_topup_stopped(*, user_id: UUID, key: str, reason: str, now: datetime) -> None:
    """Nothing more is bought by itself; `key` names the occasion."""
    _tell(user_id, "auto_topup.stopped", key, lambda: {"reason": reason}, now)


def _tell(
    user_id: UUID, kind: str, name: str, data: Callable[[], dict[str, object]], now: datetime
) -> None:
    record([Fact(user_id, kind, f"{kind}:{name}", data)], now=now)


def _order(order: Order) -> dict[str, object]:
    return {
        "id": str(order.pk),
        "kind": order.kind,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "points": format_points(order.points_cp + order.bonus_cp),
        "plan": order.plan_price.plan.code if order.plan_price else None,
        "paid_at": instant(order.paid_at) if order.paid_at else None,
    }


def _refund(refund: Refund, currency: str) -> dict[str, object]:
    return {
        "id": refund.pk,
        "order": str(refund.order_id),
        "amount_minor": refund.amount_minor,
        "currency": currency,
        "points": format_points(refund.points_cp),
        "reason": refund.reason,
    }


def _period(period: MembershipPeriod) -> dict[str, object]:
    return {
        "plan": period.plan.code,
        "months": period.months,
        "starts_at": instant(period.starts_at),
        "ends_at": instant(period.ends_at),
    }
