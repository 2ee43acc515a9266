"""Orders as their buyer reads them: what, how much, how it went, what it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import launch
from billing.calendar_months import add_months
from billing.models import DuplicatePayment, MembershipPeriod, Order
from billing.portal import words
from billing.portal.money import money
from billing.portal.offers import Perk, perks_of
from billing.selectors.catalogue import plan_offer

_REASONS: dict[str, Promise] = {
    "second_membership": gettext_lazy(
        "You had a membership already when this was paid, so it goes back in full."
    ),
    "account_closed": gettext_lazy(
        "The account was closed when this was paid, so it goes back in full."
    ),
    "promotion_used_before": gettext_lazy(
        "The promotion had been used before, by you or with this card, so it goes back in full."
    ),
}
_TONES = {"open": "warning", "paid": "success", "failed": "error"}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in the list."""

    order: Order
    thing: str
    amount: str
    points: str
    state: str
    tone: str
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a paid order gave, and until when."""

    points: str = ""
    bonus: str = ""
    plan: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    next_points: str = ""
    next_points_at: datetime | None = None
    perks: tuple[Perk, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order on its own page."""

    line: OrderLine
    list_amount: str
    method: str
    renews: bool
    waiting: bool
    pay_url: str
    reason: str
    given: Given | None
    twice: tuple[str, ...] = ()


def order_line(order: Order) -> OrderLine:
    """The order, put into words."""
    return OrderLine(
        order=order,
        thing=words.what_was_bought(order),
        amount=money(order.amount_minor, order.currency),
        points=_points(order),
        state=str(words.ORDER_STATES.get(order.state, order.state)),
        tone=_TONES.get(order.state, ""),
        returned=_returned(order),
    )


def _returned(order: Order) -> str:
    minor = sum(row.amount_minor for row in order.refunds.all() if row.state != "failed")
    minor += sum(row.amount_minor for row in order.disputes.all() if row.state == "taken")
    return money(minor, order.currency) if minor and order.state == "paid" else ""


def order_card(order: Order, *, now: datetime) -> OrderCard:
    """The order with what it gave."""
    waiting = order.state == "open"
    discounted = order.list_minor > order.amount_minor
    return OrderCard(
        line=order_line(order),
        list_amount=money(order.list_minor, order.currency) if discounted else "",
        method=str(words.METHODS.get(order.method, "")),
        renews=order.kind == "membership",
        waiting=waiting,
        pay_url=order.url if waiting and order.expires_at > now else "",
        reason=str(_REASONS.get(order.reason, "")),
        given=_given(order) if order.state == "paid" else None,
        twice=tuple(
            _twice(row) for row in DuplicatePayment.objects.filter(order=order).order_by("id")
        ),
    )


def _twice(duplicate: DuplicatePayment) -> str:
    """What becomes of money that came a second time."""
    amount = money(duplicate.amount_minor, duplicate.currency)
    if duplicate.state == "done":
        return _("A second payment of %(amount)s came for this order; it has been given back.") % {
            "amount": amount
        }
    return _("A second payment of %(amount)s came for this order; it is being given back.") % {
        "amount": amount
    }


def _points(order: Order) -> str:
    """What the order gives: all at once, or each month."""
    if order.plan_price is None:
        return _("%(points)s points") % {"points": words.points(order.points_cp + order.bonus_cp)}
    return _("%(points)s points a month") % {"points": words.points(order.plan_price.plan.month_cp)}


def _given(order: Order) -> Given:
    if order.plan_price is None:
        return Given(
            points=words.points(order.points_cp + order.bonus_cp),
            bonus=words.points(order.bonus_cp) if order.bonus_cp else "",
            ends_at=add_months(order.paid_at, launch.TOPUP_MONTHS) if order.paid_at else None,
        )
    period = _period_of(order)
    if period is None:
        return Given(plan=words.plan_name(order.plan_price.plan.code))
    lots = list(period.scheduled_lots.order_by("starts_at"))
    given_cp = sum(lot.amount_cp - lot.withdrawn_cp for lot in lots if lot.granted_at is not None)
    waiting = next(
        (lot for lot in lots if lot.granted_at is None and lot.amount_cp > lot.withdrawn_cp), None
    )
    return Given(
        points=words.points(given_cp) if given_cp else "",
        plan=words.plan_name(period.plan.code),
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        next_points=words.points(waiting.amount_cp - waiting.withdrawn_cp) if waiting else "",
        next_points_at=waiting.starts_at if waiting else None,
        perks=tuple(perk for perk in perks_of(plan_offer(period.plan, prices=False)) if perk.has),
    )


def _period_of(order: Order) -> MembershipPeriod | None:
    """The first period the order paid for."""
    periods = MembershipPeriod.objects.select_related("plan").filter(wallet_id=order.wallet_id)
    if order.kind == "prepaid":
        return periods.filter(key=f"period:order:{order.pk}").first()
    return (
        periods.filter(membership__subscription_id=order.subscription_id)
        .exclude(membership__subscription_id="")
        .order_by("starts_at")
        .first()
    )
