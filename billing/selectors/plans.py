"""The plan page as data: prices before and after a promotion, and what a point costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from billing import models
from billing.offers import PlanOffer
from billing.selectors.catalogue import live_catalogue, plan_offer
from billing.selectors.prices import live_price_list
from billing.selectors.promotions import best_discount, live_promotions
from billing.types import PriceList


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one unit of a line of the price list costs by a plan price.

    `minor_e4` is in ten-thousandths of a minor unit, rounded half up: 2 fen is 20 000.
    """

    line_code: str
    unit: str
    minor_e4: int


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    """A period of a plan: what it costs first, and what a renewal costs, in minor units."""

    id: int
    period: str
    months: int
    currency: str
    amount_minor: int
    first_amount_minor: int
    promotion: str
    promotion_ends_at: datetime | None
    unit_costs: tuple[UnitCost, ...]


@dataclass(frozen=True, slots=True)
class OfferedPlan:
    """A plan with its live prices."""

    offer: PlanOffer
    prices: tuple[OfferedPrice, ...]


def plans_for(*, user: User | None, code: str = "", now: datetime) -> list[OfferedPlan]:
    """The live plans by level, priced for this person; `code` is a promotion code.

    Raises NotForSale before the first catalogue has started.
    """
    promotions = live_promotions(user=user, code=code, now=now)
    price_list = live_price_list(now=now)
    rows = live_catalogue(now=now).plans.order_by("level").prefetch_related("prices")
    return [
        OfferedPlan(
            offer=plan_offer(row),
            prices=tuple(_offered_prices(row, promotions, price_list)),
        )
        for row in rows
    ]


def _offered_prices(
    plan: models.Plan, promotions: list[models.Promotion], price_list: PriceList
) -> Iterator[OfferedPrice]:
    for price in sorted(plan.prices.all(), key=lambda price: (price.currency, price.months)):
        discount = best_discount(promotions, price)
        off_minor = discount.discount_minor if discount else 0
        yield OfferedPrice(
            id=price.pk,
            period=price.period,
            months=price.months,
            currency=price.currency,
            amount_minor=price.amount_minor,
            first_amount_minor=price.amount_minor - off_minor,
            promotion=discount.promotion.name if discount else "",
            promotion_ends_at=discount.promotion.ends_at if discount else None,
            unit_costs=tuple(
                UnitCost(line.code, line.unit, _unit_cost_e4(price, line.unit_cp))
                for line in price_list.headlines
            ),
        )


def _unit_cost_e4(price: models.PlanPrice, unit_cp: int) -> int:
    points_cp = price.plan.month_cp * price.months
    return (2 * price.amount_minor * unit_cp * 10_000 + points_cp) // (2 * points_cp)
