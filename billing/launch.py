"""The launch catalogue: every commercial number of the product, in one file.

Sources: 66 free points a day, 0.2 point a picture and 10 points a five-second video are the
published numbers of the opening in July 2024; the rest are defaults an operator can set.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from billing.offers import CatalogueOffer, PackOffer, PlanOffer, PromotionOffer, TopUpRate
from billing.referral_rules import ReferralOffer
from billing.types import PriceLine, PriceList

DAILY_POINTS_CP = 66_00

QUOTE_LIFETIME = timedelta(minutes=15)


def _clips(kind: str) -> tuple[PriceLine, ...]:
    """Clips of a kind: high quality costs three and a half times, ten seconds double."""
    return tuple(
        PriceLine(
            f"{kind.replace('_', '-')}-{'' if quality == 'standard' else 'high-'}{seconds}s",
            kind,
            quality=quality,
            seconds=seconds,
            unit="clip",
            unit_cp=five_seconds_cp * (seconds // 5),
        )
        for quality, five_seconds_cp in (("standard", 10_00), ("high", 35_00))
        for seconds in (5, 10)
    )


# Of the price of any other lane.
RELAXED_PERCENT = 70

PRICE_LISTS: tuple[PriceList, ...] = (
    PriceList(
        version=1,
        starts_at=datetime(2024, 7, 24, tzinfo=UTC),
        lines=(
            PriceLine("image", "image", quality="", seconds=0, unit="picture", unit_cp=20),
            PriceLine(
                "video-5s", "video", quality="standard", seconds=5, unit="clip", unit_cp=1000
            ),
        ),
        relaxed_percent=RELAXED_PERCENT,
    ),
    # Every kind of work. What version 1 had costs what it did.
    PriceList(
        version=2,
        starts_at=datetime(2026, 11, 1, tzinfo=UTC),
        lines=(
            PriceLine("image", "image", quality="", seconds=0, unit="picture", unit_cp=20),
            *_clips("video"),
            *_clips("image_to_video"),
            *_clips("extension"),
            *_clips("effect"),
            # 0.47 yuan a piece, at ten points a yuan.
            PriceLine("creative", "creative", quality="", seconds=0, unit="piece", unit_cp=4_70),
        ),
        relaxed_percent=RELAXED_PERCENT,
    ),
)

# Points of a membership live a month and this much longer; bought points live two years.
MONTHLY_LOT_GRACE = timedelta(days=7)
TOPUP_MONTHS = 24

# Perks of a card membership outlive its period while the renewal is retried, on days 1 to 7.
RENEWAL_GRACE = timedelta(days=8)
NO_GRACE = timedelta(0)

# A pay page is open this long; its price holds for as long.
CHECKOUT_LIFETIME = timedelta(hours=1)

# What nobody has touched of a purchase can be given back this long after the payment. It is also
# the time in which a buyer may withdraw from the contract; the law asks for 14 days.
REFUND_WINDOW = timedelta(days=14)

# Who may claim the daily points: "non_members" or "everyone".
DAILY_POINTS_AUDIENCE = "non_members"

# Wrong redeem codes in one hour, by one person and from one address; a right one does not count.
CODE_TRIES_USER = 10
CODE_TRIES_ADDRESS = 50

# The delay is as long as a purchase can be given back by its buyer.
REFERRALS = ReferralOffer(
    referrer_cp=50_00,
    friend_cp=30_00,
    lot_days=30,
    delay=REFUND_WINDOW,
    month_max=10,
)

_PERIODS = ("month", "quarter", "half_year", "year")


def _yuan(*amounts: int) -> dict[tuple[str, str], int]:
    """Prices of a month, a quarter, a half-year and a year, from yuan to fen."""
    return {(period, "CNY"): amount * 100 for period, amount in zip(_PERIODS, amounts, strict=True)}


# No plan is unlimited: every limit here is a finite number, and the schema has no other kind.
FREE_PLAN = PlanOffer(
    code="free",
    level=0,
    month_cp=0,
    slots=1,
    jobs_day_max=400,
    points_day_max_cp=10_000_00,
    seats=1,
    lane="standard",
    brand_mark_removable=False,
    extension=False,
    camera=False,
    high_quality=False,
    prices={},
)

CATALOGUES: tuple[CatalogueOffer, ...] = (
    CatalogueOffer(
        version=1,
        starts_at=datetime(2024, 7, 24, tzinfo=UTC),
        plans=(
            FREE_PLAN,
            PlanOffer(
                code="gold",
                level=1,
                month_cp=660_00,
                slots=2,
                jobs_day_max=1_000,
                points_day_max_cp=20_000_00,
                seats=1,
                lane="standard",
                brand_mark_removable=True,
                extension=True,
                camera=False,
                high_quality=True,
                prices=_yuan(66, 188, 356, 673),
            ),
            PlanOffer(
                code="platinum",
                level=2,
                month_cp=3_000_00,
                slots=4,
                jobs_day_max=3_000,
                points_day_max_cp=50_000_00,
                seats=5,
                lane="fast",
                brand_mark_removable=True,
                extension=True,
                camera=True,
                high_quality=True,
                prices=_yuan(266, 758, 1_436, 2_713),
            ),
            PlanOffer(
                code="diamond",
                level=3,
                month_cp=8_000_00,
                slots=8,
                jobs_day_max=8_000,
                points_day_max_cp=100_000_00,
                seats=20,
                lane="fastest",
                brand_mark_removable=True,
                extension=True,
                camera=True,
                high_quality=True,
                prices=_yuan(666, 1_898, 3_596, 6_793),
            ),
        ),
        packs=(
            PackOffer("pack-50", 50_00, "CNY", points_cp=500_00, bonus_cp=25_00),
            PackOffer("pack-100", 100_00, "CNY", points_cp=1_000_00, bonus_cp=80_00),
            PackOffer("pack-500", 500_00, "CNY", points_cp=5_000_00, bonus_cp=600_00),
        ),
        rates=(
            # 1 yuan buys 10 points: 1 fen buys 10 cp.
            TopUpRate(
                currency="CNY",
                cp_per_minor=10,
                floor_minor=10_00,
                ceiling_minor=10_000_00,
                step_minor=1_00,
            ),
        ),
    ),
)

PROMOTIONS: tuple[PromotionOffer, ...] = (
    # Half price on every membership for the first period, as at the opening.
    PromotionOffer(
        name="opening-2024",
        kind="percent",
        value=50,
        currency="CNY",
        starts_at=datetime(2024, 7, 23, 16, tzinfo=UTC),  # midnight in Shanghai
        ends_at=datetime(2024, 8, 6, 16, tzinfo=UTC),
    ),
)
