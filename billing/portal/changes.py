"""A move from one plan price to another, before the click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing.calendar_months import PERIOD_MONTHS, add_months
from billing.models import PlanPrice
from billing.offers import PlanOffer
from billing.portal import words
from billing.portal.money import money
from billing.selectors.memberships import MembershipView
from billing.selectors.taxes import tax_rule


@dataclass(frozen=True, slots=True)
class Change:
    """What the move costs and gives. `ends_at`: the end of a period that begins now."""

    before: str
    after: str
    before_points: str
    after_points: str
    amount: str
    now_allowed: bool
    available_after_cp: int
    ends_at: datetime
    renewal_at: datetime


def change_of(
    *,
    membership: MembershipView,
    present: PlanOffer,
    price: PlanPrice,
    available_cp: int,
    now: datetime,
) -> Change:
    """What the move would do, now and at renewal."""
    higher = (price.plan.level, price.months) > (present.level, PERIOD_MONTHS[membership.period])
    return Change(
        before=words.plan_and_period(membership.plan, membership.period),
        after=words.plan_and_period(price.plan.code, price.period),
        before_points=words.points(present.month_cp),
        after_points=words.points(price.plan.month_cp),
        amount=money(tax_rule().to_pay_minor(price.amount_minor), price.currency),
        # The rule of the service, which has the last word.
        now_allowed=higher and membership.status != "past_due",
        available_after_cp=available_cp + price.plan.month_cp,
        ends_at=add_months(now, price.months),
        renewal_at=membership.current_period_end,
    )
