"""The rules of a catalogue and of a discount, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from billing import launch, offers
from billing.calendar_months import add_months, lot_windows

PLANS = launch.CATALOGUES[0].plans
GOLD = PLANS[1]


def test_the_launch_catalogue_keeps_every_rule() -> None:
    assert offers.breaches(PLANS) == []


@pytest.mark.parametrize(
    ("plan", "period", "amount_minor", "words"),
    [
        (2, "month", 300_00, "platinum costs no less a point than gold (month CNY)"),
        (1, "quarter", 199_00, "gold costs more a point by quarter than by month"),
        (3, "year", 10_000_00, "diamond costs more a point by year than by half_year"),
    ],
)
def test_a_dearer_unit_price_is_a_breach(
    plan: int, period: str, amount_minor: int, words: str
) -> None:
    dearer = replace(PLANS[plan], prices={**PLANS[plan].prices, (period, "CNY"): amount_minor})
    assert words in offers.breaches([*PLANS[:plan], dearer, *PLANS[plan + 1 :]])


def test_the_same_unit_price_by_a_longer_period_is_allowed_but_not_by_level() -> None:
    level = replace(GOLD, prices={**GOLD.prices, ("quarter", "CNY"): 3 * 66_00})
    assert offers.breaches([PLANS[0], level]) == []
    same = replace(GOLD, code="same", level=2, month_cp=2 * GOLD.month_cp)
    same = replace(same, prices={key: 2 * amount for key, amount in GOLD.prices.items()})
    assert offers.breaches([PLANS[0], GOLD, same])


def test_every_paid_plan_has_all_four_periods() -> None:
    prices = {key: amount for key, amount in GOLD.prices.items() if key[0] != "year"}
    assert offers.breaches([PLANS[0], replace(GOLD, prices=prices)]) == [
        "gold has no price for a year in CNY"
    ]


@pytest.mark.parametrize(
    ("list_minor", "off_minor"), [(66_00, 33_00), (188_01, 94_00), (1, 0), (3, 1)]
)
def test_half_off_is_exact_and_rounds_towards_the_price(list_minor: int, off_minor: int) -> None:
    assert offers.discount_minor(kind="percent", value=50, list_minor=list_minor) == off_minor


def test_an_amount_off_never_goes_below_nothing() -> None:
    assert offers.discount_minor(kind="amount", value=100_00, list_minor=66_00) == 66_00
    with pytest.raises(ValueError, match="percent or amount"):
        offers.discount_minor(kind="gift", value=1, list_minor=1)


def test_a_yuan_is_ten_points_and_amounts_are_whole_yuan_within_bounds() -> None:
    rate = launch.CATALOGUES[0].rates[0]
    assert offers.topup_points_cp(rate, 10_00) == 100_00
    assert offers.topup_points_cp(rate, 10_000_00) == 100_000_00
    for amount_minor in (9_00, 10_50, 10_001_00, 0, -10_00):
        with pytest.raises(ValueError, match=r"from|steps"):
            offers.topup_points_cp(rate, amount_minor)


def test_months_are_counted_from_the_first_day() -> None:
    start = datetime(2027, 1, 31, 8, tzinfo=UTC)
    months = [add_months(start, number).date().isoformat() for number in (1, 2, 3, 12, 13)]
    assert months == ["2027-02-28", "2027-03-31", "2027-04-30", "2028-01-31", "2028-02-29"]


def test_a_year_is_twelve_lots_each_a_month_and_a_week() -> None:
    start = datetime(2027, 1, 31, tzinfo=UTC)
    windows = lot_windows(start, months=12, grace=timedelta(days=7))
    assert len(windows) == 12
    for (starts_at, expires_at), (next_start, _) in pairwise(windows):
        assert expires_at == next_start + timedelta(days=7)
        assert starts_at < next_start
    assert windows[0] == (start, datetime(2027, 3, 7, tzinfo=UTC))
