"""One payment, and the points it paid for: what refunds, disputes and reconciliation speak of.

Bought points are one order; a membership is one payment a period. A payment we keep nothing of, as
one that was paid twice, is a purchase of no points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, Sum

from billing.ledger import selectors as ledger_reads
from billing.ledger.models import Hold
from billing.ledger.models import Lot as LotRow
from billing.models import Dispute, MembershipPeriod, Order, Refund, ScheduledLot
from billing.offers import clawback_cp
from billing.types import Lot

_PREPAID = "period:order:"
_POINTS = ("points", "auto")


@dataclass(frozen=True, slots=True)
class Purchase:
    """Money in minor units, points in hundredths. `reference` is that of its lots."""

    order: Order
    period: MembershipPeriod | None
    payment_id: str
    amount_minor: int
    currency: str
    granted_cp: int
    paid_at: datetime | None
    reference: str

    @property
    def wallet_id(self) -> int:
        """The wallet the points went to."""
        return self.order.wallet_id


@dataclass(frozen=True, slots=True)
class Reversed:
    """What of a purchase went back so far: money, the points for it, and points forgiven."""

    returned_minor: int
    taken_cp: int
    forgiven_cp: int


def purchase_of_payment(payment_id: str) -> Purchase | None:
    """The purchase a payment was for, None when no order or period names it."""
    period = MembershipPeriod.objects.filter(payment_id=payment_id).order_by("-starts_at").first()
    if payment_id and period is not None:
        return _of_period(period)
    order = Order.objects.filter(payment_id=payment_id).first() if payment_id else None
    return _of_order(order) if order is not None else None


def purchase_of_order(order: Order) -> Purchase | None:
    """The newest purchase of an order: of a membership by card, its newest paid period."""
    if order.family in _POINTS:
        return _of_order(order)
    if order.kind == "prepaid":
        period = MembershipPeriod.objects.filter(key=f"{_PREPAID}{order.pk}").first()
    else:
        period = (
            MembershipPeriod.objects.filter(membership__subscription_id=order.subscription_id)
            .exclude(membership__subscription_id="")
            .exclude(payment_id="")
            # What went back already is named only when nothing else is left.
            .order_by(F("given_back_at").asc(nulls_first=True), "-starts_at", "-id")
            .first()
        )
    return _of_period(period) if period is not None else None


def surplus_purchase(*, order_id: str, payment_id: str, amount_minor: int) -> Purchase | None:
    """A payment made for an order that another payment had paid; None for an unknown order."""
    try:
        order = Order.objects.filter(pk=UUID(order_id)).first()
    except ValueError:
        return None
    if order is None or order.payment_id in ("", payment_id):
        return None
    return Purchase(order, None, payment_id, amount_minor, order.currency, 0, None, "")


def untouched_lots(purchase: Purchase, *, now: datetime) -> list[Lot]:
    """Lots of the purchase that can be spent now, in order of use."""
    if not purchase.reference:
        return []
    lots = ledger_reads.lots(wallet_id=purchase.wallet_id, now=now)
    return [lot for lot in lots if lot.reference == purchase.reference]


def all_lots(purchase: Purchase) -> list[LotRow]:
    """Every lot of the purchase, spent or not, the latest end first."""
    if not purchase.reference:
        return []
    lots = LotRow.objects.filter(wallet_id=purchase.wallet_id, reference=purchase.reference)
    return list(lots.order_by(F("expires_at").desc(nulls_first=True), "-id"))


def months_to_come(purchase: Purchase) -> list[ScheduledLot]:
    """The months of the purchase that were not given yet, the latest first."""
    if purchase.period is None:
        return []
    waiting = purchase.period.scheduled_lots.filter(
        granted_at=None, amount_cp__gt=F("withdrawn_cp")
    )
    return list(waiting.order_by("-starts_at"))


def untouched_cp(purchase: Purchase, *, now: datetime) -> int:
    """Points of the purchase nobody has touched: those left, and those of months to come."""
    left_cp = sum(lot.remaining_cp for lot in untouched_lots(purchase, now=now))
    return left_cp + sum(lot.amount_cp - lot.withdrawn_cp for lot in months_to_come(purchase))


def held_cp(purchase: Purchase) -> int:
    """Points of the purchase that running jobs hold: nobody knows yet whether they are used."""
    lots = {lot.pk for lot in all_lots(purchase)}
    held = Hold.objects.filter(wallet_id=purchase.wallet_id, state="held")
    return sum(
        amount_cp
        for hold in held
        for lot_id, amount_cp in zip(hold.lot_ids, hold.lot_amounts_cp, strict=True)
        if lot_id in lots
    )


def reversed_so_far(purchase: Purchase) -> Reversed:
    """What went back of it, by refunds that did not fail and by disputes that were lost."""
    refunds = Refund.objects.filter(payment_id=purchase.payment_id).exclude(state="failed")
    given = refunds.aggregate(
        minor=Sum("amount_minor", default=0),
        taken=Sum("points_cp", default=0),
        forgiven=Sum("forgiven_cp", default=0),
    )
    disputes = Dispute.objects.filter(payment_id=purchase.payment_id, state="taken")
    lost = disputes.aggregate(
        minor=Sum("amount_minor", default=0), taken=Sum("points_cp", default=0)
    )
    return Reversed(
        returned_minor=min(purchase.amount_minor, given["minor"] + lost["minor"]),
        taken_cp=given["taken"] + lost["taken"],
        forgiven_cp=given["forgiven"],
    )


def points_for(purchase: Purchase, amount_minor: int) -> int:
    """The points that so much more money going back takes with it (cp)."""
    so_far = reversed_so_far(purchase)
    if not purchase.granted_cp:
        return 0
    target_cp = clawback_cp(
        amount_minor=purchase.amount_minor,
        returned_minor=so_far.returned_minor + amount_minor,
        granted_cp=purchase.granted_cp,
    )
    return max(0, target_cp - so_far.taken_cp - so_far.forgiven_cp)


def in_dispute(purchase: Purchase) -> bool:
    """Whether a bank holds or has taken the money: such a payment cannot be refunded."""
    disputes = Dispute.objects.filter(payment_id=purchase.payment_id)
    return disputes.filter(Q(state="frozen") | Q(state="taken")).exists()


def _of_order(order: Order) -> Purchase:
    points = order.family in _POINTS and order.state == "paid"
    return Purchase(
        order=order,
        period=None,
        payment_id=order.payment_id,
        amount_minor=order.amount_minor,
        currency=order.currency,
        granted_cp=order.points_cp + order.bonus_cp if points else 0,
        paid_at=order.paid_at,
        reference=f"topup:{order.pk}" if points else "",
    )


def _of_period(period: MembershipPeriod) -> Purchase | None:
    order = _order_of(period)
    if order is None:
        return None
    granted = period.scheduled_lots.aggregate(cp=Sum("amount_cp", default=0))
    return Purchase(
        order=order,
        period=period,
        payment_id=period.payment_id,
        amount_minor=period.amount_minor,
        currency=period.currency,
        granted_cp=granted["cp"],
        paid_at=period.created_at,
        reference=period.key,
    )


def _order_of(period: MembershipPeriod) -> Order | None:
    if period.key.startswith(_PREPAID):
        return Order.objects.filter(pk=UUID(period.key.removeprefix(_PREPAID))).first()
    subscription_id = period.membership.subscription_id
    orders = Order.objects.filter(subscription_id=subscription_id, kind="membership")
    return orders.order_by("created_at").first() if subscription_id else None
