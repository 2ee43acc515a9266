"""Our plan prices and promotions as Stripe's prices and coupons. Not inside a database transaction.

A price at Stripe is found again by its lookup key, so a lost answer makes no second one.
"""

from __future__ import annotations

from django.conf import settings

from billing.gateway import prices
from billing.gateway.prices import RecurringPrice
from billing.models import PlanPrice, Promotion, StripePrice
from billing.selectors.taxes import tax_rule


def lookup_key(price: PlanPrice) -> str:
    """The name of a plan price at Stripe, such as `gold_quarter_cny_v1`.

    Where tax is added to prices its rate is part of the name: another rate is another price, and
    whoever is on the old one stays on it.
    """
    plan, tax = price.plan, tax_rule()
    added = f"_t{tax.rate_bp}" if tax.rate_bp and not tax.included else ""
    return f"{plan.code}_{price.period}_{price.currency.lower()}_v{plan.catalogue_id}{added}"


def price_id_of(price: PlanPrice) -> str:
    """The id of the price at Stripe, made on first need. Raises GatewayError."""
    known = StripePrice.objects.filter(
        plan_price=price, livemode=settings.STRIPE_LIVEMODE, lookup_key=lookup_key(price)
    ).first()
    return known.price_id if known is not None else sync_price(price)


def sync_price(price: PlanPrice) -> str:
    """Make sure that Stripe has this price, active and exact; its id. Raises GatewayError."""
    key = lookup_key(price)
    price_id, product_id = prices.ensure_price(
        RecurringPrice(
            lookup_key=key,
            product_key=f"inkling_{price.plan.code}",
            product_name=price.plan.code.capitalize(),
            amount_minor=tax_rule().to_pay_minor(price.amount_minor),
            currency=price.currency,
            months=price.months,
        )
    )
    StripePrice.objects.update_or_create(
        plan_price=price,
        livemode=settings.STRIPE_LIVEMODE,
        lookup_key=key,
        defaults={"price_id": price_id, "product_id": product_id},
    )
    return price_id


def coupon_id_of(promotion: Promotion, price: PlanPrice, discount_minor: int) -> str:
    """A coupon that takes exactly our discount off the first invoice. Raises GatewayError.

    It is an amount and not a percentage, so that Stripe rounds nothing.
    """
    coupon_id = f"{promotion.name}_{lookup_key(price)}_{discount_minor}"
    prices.ensure_coupon(
        coupon_id=coupon_id,
        name=promotion.name,
        amount_minor=discount_minor,
        currency=price.currency,
    )
    return coupon_id


def plan_price_of(price_id: str) -> PlanPrice | None:
    """Our plan price behind a price at Stripe, None for one that is not ours."""
    row = StripePrice.objects.select_related("plan_price__plan").filter(price_id=price_id).first()
    return row.plan_price if row is not None else None
