"""Invitations as their owner sees them, and what a friend's payment came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from billing.models import Dispute, Order, Referral, Refund
from billing.referral_rules import Payment

_SHOWN = 100
# Money that came and is on its way back, or is back.
_UNDONE = ("undoing", "undone")


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation for the eyes of who invited: a number, never a name or an address.

    Points in hundredths; `due_at` is set from the friend's first payment on.
    """

    number: int
    state: str
    cause: str
    bound_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    points_cp: int


def invited_by(user: User) -> list[Invited]:
    """The newest hundred, the first friend being number 1."""
    mine = Referral.objects.filter(referrer=user)
    total = mine.count()
    return [
        Invited(
            number=total - place,
            state=row.state,
            cause=row.cause,
            bound_at=row.bound_at,
            due_at=row.due_at,
            settled_at=row.settled_at,
            points_cp=row.referrer_cp,
        )
        for place, row in enumerate(mine.order_by("-bound_at", "-pk")[:_SHOWN])
    ]


def payments_of(user: User) -> QuerySet[Order]:
    """Orders the user has paid real money for, the first one first."""
    paid = Order.objects.filter(user=user, paid_at__isnull=False, amount_minor__gt=0)
    return paid.exclude(payment_id="").order_by("paid_at", "id")


def joined_and_paid() -> QuerySet[Referral]:
    """Referrals whose friend has paid and of whom nothing was noted yet."""
    paid = Order.objects.filter(
        user=OuterRef("friend"), paid_at__isnull=False, amount_minor__gt=0
    ).exclude(payment_id="")
    return Referral.objects.filter(Exists(paid), state="joined")


def waiting_for_us(now: datetime) -> QuerySet[Referral]:
    """Referrals that are due, and waiting ones whose money went back or is asked for."""
    refunds = Refund.objects.filter(payment_id=OuterRef("order__payment_id"))
    disputes = Dispute.objects.filter(payment_id=OuterRef("order__payment_id"))
    reversed_ = (
        Q(order__state__in=_UNDONE)
        | Exists(refunds.exclude(state="failed"))
        | Exists(disputes.filter(state__in=["frozen", "taken"]))
    )
    return Referral.objects.filter(
        Q(state="pending", due_at__lte=now) | Q(state__in=["pending", "review"]) & reversed_
    )


def payment_stands(order: Order) -> Payment:
    """What became of a payment. Any part of it that goes back is money that went back."""
    disputes = Dispute.objects.filter(payment_id=order.payment_id)
    if disputes.filter(state__in=["frozen", "taken"]).exists():
        return "disputed"
    refunds = Refund.objects.filter(payment_id=order.payment_id).exclude(state="failed")
    if order.state in _UNDONE or refunds.exists():
        return "refunded"
    if disputes.filter(state="seen", closed_at=None).exists():
        return "asked_after"
    return "stands"


def earned_in_month(user: User, *, now: datetime) -> int:
    """How many rewards the user has earned in the calendar month of `now`."""
    local = now.astimezone(ZoneInfo(settings.POINTS_DAY_TZ))
    begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    earned = Q(referrer=user, state="earned", settled_at__gte=begin)
    return Referral.objects.filter(earned).count()
