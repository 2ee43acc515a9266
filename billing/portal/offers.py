"""The plan cards: prices, points and perks of a period, ready to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import launch
from billing.offers import PlanOffer
from billing.portal import words
from billing.portal.money import money, unit_money
from billing.selectors.memberships import MembershipView
from billing.selectors.plans import OfferedPlan, OfferedPrice
from billing.types import PriceList


@dataclass(frozen=True, slots=True)
class Perk:
    """A line of a plan's list, with whether the plan has it."""

    text: str
    has: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """What one piece costs in money."""

    amount: str
    text: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan by one period. Texts, except for the instants and what decides on buttons.

    `target` is what a change leads to, with the period where only that changes.
    `action` is "buy", "change", "follow" (a prepaid period after the present one), "claim" (the
    free plan), "current" or "" where nothing can be done now.
    """

    code: str
    name: str
    target: str
    action: str
    current: bool
    amount: str
    nothing: str
    per: str
    list_amount: str
    off: str
    first: str
    promotion_ends_at: datetime | None
    a_month: str
    saved: str
    points: str
    makes: list[str]
    units: list[Unit]
    perks: list[Perk]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom and for what the cards are; `plan` is "" for someone who is not signed in."""

    period: str
    currency: str
    prices: PriceList | None
    membership: MembershipView | None
    plan: str


def plan_cards(plans: list[OfferedPlan], reader: Reader) -> list[PlanCard]:
    """A card for each plan, by level."""
    levels = {plan.offer.code: plan.offer.level for plan in plans}
    return [_card(plan, reader, levels.get(reader.plan, 0)) for plan in plans]


def _card(plan: OfferedPlan, reader: Reader, present_level: int) -> PlanCard:
    offer = plan.offer
    sold = {price.period: price for price in plan.prices if price.currency == reader.currency}
    price = sold.get(reader.period)
    shown = _Shown(price, sold.get("month"), with_promotion=reader.membership is None)
    points_cp = offer.month_cp if offer.level else launch.DAILY_POINTS_CP
    return PlanCard(
        code=offer.code,
        name=words.plan_name(offer.code),
        target=words.plan_and_period(offer.code, reader.period)
        if offer.code == reader.plan
        else words.plan_name(offer.code),
        action=_action(offer, price, reader, present_level),
        current=offer.code == reader.plan,
        amount=shown.amount,
        nothing=money(0, reader.currency),
        per=str(words.PER_PERIOD[reader.period]),
        list_amount=shown.list_amount,
        off=shown.off,
        first=str(words.FIRST_PERIOD[reader.period]),
        promotion_ends_at=price.promotion_ends_at if price and shown.off else None,
        a_month=shown.a_month,
        saved=shown.saved,
        points=words.points(points_cp),
        makes=words.counts(reader.prices, points_cp),
        units=list(_units(price, reader.prices)) if price else [],
        perks=list(perks_of(offer)),
    )


class _Shown:
    """The texts around one price."""

    def __init__(
        self, price: OfferedPrice | None, month: OfferedPrice | None, *, with_promotion: bool
    ) -> None:
        self.amount = self.list_amount = self.off = self.a_month = self.saved = ""
        if price is None:
            return
        off_minor = price.amount_minor - price.first_amount_minor if with_promotion else 0
        self.amount = money(price.amount_minor - off_minor, price.currency)
        if off_minor:
            self.list_amount = money(price.amount_minor, price.currency)
            self.off = _off(off_minor, price)
        if price.months > 1:
            a_month_minor = (2 * price.amount_minor + price.months) // (2 * price.months)
            self.a_month = money(a_month_minor, price.currency)
            saved_minor = (month.amount_minor * price.months if month else 0) - price.amount_minor
            self.saved = money(saved_minor, price.currency) if saved_minor > 0 else ""


def _off(off_minor: int, price: OfferedPrice) -> str:
    """ "−50 %" where the discount is that many whole percent, else the amount."""
    percent = off_minor * 100 // price.amount_minor
    # A percentage is taken off rounded down to the minor unit.
    if price.amount_minor * percent // 100 == off_minor:
        return f"−{percent} %"
    return money(-off_minor, price.currency)


def _action(
    offer: PlanOffer, price: OfferedPrice | None, reader: Reader, present_level: int
) -> str:
    membership = reader.membership
    if membership is not None and membership.status == "past_due":
        return ""
    if offer.level == 0:
        return "claim" if membership is None else ""
    if price is None:
        return ""
    if membership is None:
        return "buy"
    if membership.kind != "card":
        return "follow" if offer.level <= present_level else "buy"
    if offer.code == membership.plan and price.period == membership.period:
        return "current"
    return "change"


def _units(price: OfferedPrice, prices: PriceList | None) -> Iterator[Unit]:
    lines = {line.code: line for line in prices.lines} if prices else {}
    for cost in price.unit_costs:
        line = lines.get(cost.line_code)
        if line is None:
            continue
        if line.kind == "image":
            text = _("a picture")
        elif line.kind == "video":
            text = _("a video of %(seconds)d s") % {"seconds": line.seconds}
        else:
            text = cost.unit
        yield Unit(unit_money(cost.minor_e4, price.currency), text)


def perks_of(offer: PlanOffer) -> Iterator[Perk]:
    """The lines of a plan's list, limits included: no plan is without them."""
    slots = ngettext("%(count)d job at a time", "%(count)d jobs at a time", offer.slots)
    yield Perk(slots % {"count": offer.slots}, True)
    yield Perk(str(words.LANES.get(offer.lane, offer.lane)), True)
    yield Perk(
        _("Without our brand mark")
        if offer.brand_mark_removable
        else _("Results carry our brand mark"),
        offer.brand_mark_removable,
    )
    yield Perk(_("High quality"), offer.high_quality)
    yield Perk(_("Longer videos by extension"), offer.extension)
    yield Perk(_("Camera movement"), offer.camera)
    if offer.seats > 1:
        yield Perk(_("%(count)d seats for a team") % {"count": offer.seats}, True)
    yield Perk(
        _("At most %(jobs)s jobs and %(points)s points a day")
        % {"jobs": f"{offer.jobs_day_max:,}", "points": words.points(offer.points_day_max_cp)},
        True,
    )
