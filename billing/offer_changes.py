"""What a new version changes against the one before, in words. Pure: no Django here.

Who approves a version reads this before anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from billing.offers import CatalogueOffer, PlanOffer, PromotionOffer
from billing.types import PriceList, format_points

_OF_A_PLAN = [field.name for field in fields(PlanOffer) if field.name not in ("code", "prices")]


def catalogue_changes(before: CatalogueOffer, after: CatalogueOffer) -> list[str]:
    """Every difference between two versions of what is for sale."""
    return [*_of(_catalogue_facts(before), _catalogue_facts(after))]


def price_list_changes(before: PriceList, after: PriceList) -> list[str]:
    """Every difference between two versions of what work costs."""
    return [*_of(_price_facts(before), _price_facts(after))]


def promotion_terms(offer: PromotionOffer) -> list[str]:
    """A promotion in lines: it follows no other."""
    off = f"{offer.value} %" if offer.kind == "percent" else money(offer.value, offer.currency)
    terms = [
        f"takes off: {off}",
        f"from {offer.starts_at:%Y-%m-%d %H:%M:%S %Z} to {offer.ends_at:%Y-%m-%d %H:%M:%S %Z}",
        f"plans: {', '.join(offer.plans) or 'all'}; periods: {', '.join(offer.periods) or 'all'}",
        f"code: {offer.code}" if offer.code else "applies by itself",
    ]
    if offer.redemptions_max is not None:
        terms.append(f"redemptions at most: {offer.redemptions_max}")
    if offer.budget_minor is not None:
        terms.append(f"budget: {money(offer.budget_minor, offer.currency)}")
    return terms


def money(amount_minor: int, currency: str) -> str:
    """Minor units of a currency with two decimals, as text: 66_00 CNY is "66.00 CNY"."""
    whole, rest = divmod(amount_minor, 100)
    return f"{whole}.{rest:02d} {currency}"


def _of(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name, text in after.items():
        if name not in before:
            yield f"new: {name} = {text}"
        elif before[name] != text:
            yield f"{name}: {before[name]} → {text}"
    for name, text in before.items():
        if name not in after:
            yield f"gone: {name} (was {text})"


def _catalogue_facts(offer: CatalogueOffer) -> dict[str, str]:
    facts: dict[str, str] = {}
    for plan in offer.plans:
        for name in _OF_A_PLAN:
            facts[f"{plan.code}, {name.removesuffix('_cp')}"] = _text(name, getattr(plan, name))
        for (period, currency), amount_minor in sorted(plan.prices.items()):
            facts[f"{plan.code}, a {period}"] = money(amount_minor, currency)
    for pack in offer.packs:
        facts[pack.code] = (
            f"{format_points(pack.points_cp)} + {format_points(pack.bonus_cp)} points "
            f"for {money(pack.amount_minor, pack.currency)}"
        )
    for rate in offer.rates:
        facts[f"top-up in {rate.currency}"] = (
            f"{format_points(rate.cp_per_minor * 100)} points for 1.00, "
            f"from {money(rate.floor_minor, rate.currency)} "
            f"to {money(rate.ceiling_minor, rate.currency)} "
            f"in steps of {money(rate.step_minor, rate.currency)}"
        )
    return facts


def _price_facts(prices: PriceList) -> dict[str, str]:
    facts = {
        line.code: f"{format_points(line.unit_cp)} points a {line.unit}" for line in prices.lines
    }
    return facts | {"relaxed lane": f"{prices.relaxed_percent} % of the price"}


def _text(name: str, value: object) -> str:
    if name.endswith("_cp") and isinstance(value, int):
        return format_points(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
