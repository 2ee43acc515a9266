"""What is for sale, as values, and the rules a catalogue must keep. Pure: no Django here.

Money is integer minor units (`_minor`) of a currency, points are integer hundredths (`_cp`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from billing.calendar_months import PERIOD_MONTHS
from billing.types import Entitlements, PriceLine


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan: its level (0 is the free one), monthly points, limits and perks, and its prices.

    `prices` maps (period, currency) to an amount in minor units.
    """

    code: str
    level: int
    month_cp: int
    slots: int
    jobs_day_max: int
    points_day_max_cp: int
    seats: int
    lane: str
    brand_mark_removable: bool
    extension: bool
    camera: bool
    high_quality: bool
    prices: dict[tuple[str, str], int]

    def entitlements(self) -> Entitlements:
        """What a wallet on this plan may do."""
        return Entitlements(
            plan=self.code,
            slots=self.slots,
            lane=self.lane,
            brand_mark_removable=self.brand_mark_removable,
            extension=self.extension,
            camera=self.camera,
            high_quality=self.high_quality,
            relaxed_lane=self.level > 0,
            seats=self.seats,
            jobs_day_max=self.jobs_day_max,
            points_day_max_cp=self.points_day_max_cp,
        )


@dataclass(frozen=True, slots=True)
class PackOffer:
    """Points at a fixed amount, `bonus_cp` of them on top of the rate."""

    code: str
    amount_minor: int
    currency: str
    points_cp: int
    bonus_cp: int


@dataclass(frozen=True, slots=True)
class TopUpRate:
    """Points for any amount of a currency: whole steps from the floor to the ceiling."""

    currency: str
    cp_per_minor: int
    floor_minor: int
    ceiling_minor: int
    step_minor: int


@dataclass(frozen=True, slots=True)
class CatalogueOffer:
    """A version of everything for sale, live from `starts_at`."""

    version: int
    starts_at: datetime
    plans: tuple[PlanOffer, ...]
    packs: tuple[PackOffer, ...]
    rates: tuple[TopUpRate, ...]


@dataclass(frozen=True, slots=True)
class PromotionOffer:
    """A discount between two instants. `kind` is "percent" (0 to 100) or "amount" (minor units).

    Empty `plans` or `periods` mean all of them. `code` "" applies by itself. The two budgets are
    ceilings over everyone: redemptions, and minor units given away; None leaves one open.
    """

    name: str
    kind: str
    value: int
    currency: str
    starts_at: datetime
    ends_at: datetime
    code: str = ""
    plans: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    redemptions_max: int | None = None
    budget_minor: int | None = None


def discount_minor(*, kind: str, value: int, list_minor: int) -> int:
    """What a promotion takes off `list_minor`, never more than all of it.

    A percentage is rounded down to the minor unit: half of 18 801 fen is 9 400 off, 9 401 to pay.
    Raises ValueError for another kind.
    """
    if kind == "percent":
        return list_minor * value // 100
    if kind == "amount":
        return min(value, list_minor)
    raise ValueError(f"a promotion takes off percent or amount, not {kind!r}")


def refund_minor(
    *,
    amount_minor: int,
    untouched_cp: int,
    granted_cp: int,
    taken_cp: int = 0,
    returned_minor: int = 0,
) -> int:
    """What goes back of a purchase now: the share of its points nobody has touched.

    Rounded down to the minor unit over everything given back so far, so that parts never add up
    to more than the whole, nor to less: half the points of 10.01 yuan are 5.00, the other half is
    5.01. `taken_cp` points and `returned_minor` went back before.
    """
    share_minor = amount_minor * (taken_cp + untouched_cp) // granted_cp
    return max(0, min(share_minor, amount_minor) - returned_minor)


def clawback_cp(*, amount_minor: int, returned_minor: int, granted_cp: int) -> int:
    """The points that money which went back had paid for, rounded up to the hundredth.

    All of the money are all of the points; more than that never happened.
    """
    if returned_minor >= amount_minor:
        return granted_cp
    return -(-granted_cp * returned_minor // amount_minor)


def topup_points_cp(rate: TopUpRate, amount_minor: int) -> int:
    """The points of a top-up. Raises ValueError outside floor, ceiling and whole steps."""
    if not rate.floor_minor <= amount_minor <= rate.ceiling_minor:
        raise ValueError(f"from {rate.floor_minor} to {rate.ceiling_minor}")
    if amount_minor % rate.step_minor:
        raise ValueError(f"in whole steps of {rate.step_minor}")
    return amount_minor * rate.cp_per_minor


def breaches(plans: Sequence[PlanOffer]) -> list[str]:
    """Why these plans cannot be published, in words; empty when they can.

    The unit price falls strictly with level and does not rise with the length of the period;
    points rise with level; every paid plan has all four periods in each currency it is sold in.
    """
    ordered = sorted(plans, key=lambda plan: plan.level)
    if [plan.level for plan in ordered] != list(range(len(ordered))):
        return ["levels are 0 for the free plan and then 1, 2, 3 without a gap"]
    paid = ordered[1:]
    return [*_incomplete(paid), *_not_cheaper_with_level(paid), *_dearer_with_period(paid)]


def catalogue_breaches(offer: CatalogueOffer) -> list[str]:
    """Why this version cannot be published, in words; empty when it can."""
    return [*breaches(offer.plans), *_bad_packs(offer), *_bad_rates(offer)]


def price_list_breaches(lines: Sequence[PriceLine]) -> list[str]:
    """Why these lines cannot be published, in words; empty when they can."""
    if not lines:
        return ["a price list has lines"]
    return [
        f"{longer.code} costs less than {shorter.code}, which is shorter"
        for shorter in lines
        for longer in lines
        if (longer.kind, longer.quality) == (shorter.kind, shorter.quality)
        and longer.seconds > shorter.seconds
        and longer.unit_cp < shorter.unit_cp
    ]


def promotion_breaches(
    offer: PromotionOffer, *, plans: Sequence[PlanOffer], now: datetime
) -> list[str]:
    """Why this promotion cannot be published over these plans, in words; empty when it can."""
    known = {plan.code for plan in plans if plan.level > 0}
    sold = {currency for plan in plans for _, currency in plan.prices}
    broken = [f"there is no plan {code}" for code in offer.plans if code not in known]
    broken += [
        f"there is no period {period}" for period in offer.periods if period not in PERIOD_MONTHS
    ]
    if offer.currency not in sold:
        broken.append(f"no plan is sold in {offer.currency}")
    if offer.ends_at <= now:
        broken.append("it is over before it begins")
    if offer.redemptions_max == 0 or (offer.budget_minor is not None and offer.budget_minor <= 0):
        broken.append("its budget is empty: leave it open, or give it one")
    return broken


def _bad_packs(offer: CatalogueOffer) -> Iterator[str]:
    rates = {rate.currency: rate for rate in offer.rates}
    for pack in offer.packs:
        rate = rates.get(pack.currency)
        if rate is None:
            yield f"{pack.code} is sold in {pack.currency}, which has no top-up rate"
        elif pack.points_cp + pack.bonus_cp < pack.amount_minor * rate.cp_per_minor:
            yield f"{pack.code} gives fewer points than a top-up of its amount"


def _bad_rates(offer: CatalogueOffer) -> Iterator[str]:
    for rate in offer.rates:
        if rate.floor_minor % rate.step_minor or rate.ceiling_minor % rate.step_minor:
            yield f"floor and ceiling of {rate.currency} are whole steps"


def _incomplete(paid: Sequence[PlanOffer]) -> Iterator[str]:
    currencies = {currency for plan in paid for _, currency in plan.prices}
    for plan in paid:
        if not plan.prices:
            yield f"{plan.code} has no price"
            continue
        for currency in sorted(currencies):
            for period in PERIOD_MONTHS:
                if (period, currency) not in plan.prices:
                    yield f"{plan.code} has no price for a {period} in {currency}"


def _not_cheaper_with_level(paid: Sequence[PlanOffer]) -> Iterator[str]:
    for lower, higher in pairwise(paid):
        if higher.month_cp <= lower.month_cp:
            yield f"{higher.code} has no more points than {lower.code}"
        for (period, currency), amount_minor in higher.prices.items():
            below_minor = lower.prices.get((period, currency))
            # amount / points, compared without dividing.
            if below_minor and amount_minor * lower.month_cp >= below_minor * higher.month_cp:
                yield f"{higher.code} costs no less a point than {lower.code} ({period} {currency})"


def _dearer_with_period(paid: Sequence[PlanOffer]) -> Iterator[str]:
    for plan in paid:
        for currency in sorted({currency for _, currency in plan.prices}):
            sold = [period for period in PERIOD_MONTHS if (period, currency) in plan.prices]
            for shorter, longer in pairwise(sold):
                shorter_minor = plan.prices[(shorter, currency)] * PERIOD_MONTHS[longer]
                if plan.prices[(longer, currency)] * PERIOD_MONTHS[shorter] > shorter_minor:
                    yield f"{plan.code} costs more a point by {longer} than by {shorter}"
