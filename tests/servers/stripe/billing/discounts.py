"""How much a coupon takes off, to the minor unit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from tests.servers.stripe.world import Obj


def shares_off(coupon: Obj, amounts: list[tuple[str, int]]) -> list[int]:
    """What comes off each (product, amount), in their order."""
    scope = (coupon["_applies_to"] or {}).get("products")
    eligible = [amount if not scope or product in scope else 0 for product, amount in amounts]
    if coupon["percent_off"] is not None:
        share = Decimal(str(coupon["percent_off"])) / 100
        return [int((amount * share).to_integral_value(ROUND_HALF_UP)) for amount in eligible]
    return spread(min(coupon["amount_off"], sum(eligible)), eligible)


def spread(total: int, weights: list[int]) -> list[int]:
    """Divide a total over weights without losing a unit: the largest gets the rest."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    largest = max(range(len(weights)), key=lambda place: weights[place])
    shares[largest] += total - sum(shares)
    return shares
