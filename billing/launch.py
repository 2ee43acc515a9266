"""The launch catalogue: every commercial number of the product, in one file.

Sources: 66 free points a day, 0.2 point a picture and 10 points a five-second video are the
published numbers of the opening in July 2024; the rest are defaults an operator can set.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from billing.types import Entitlements, PriceLine, PriceList

DAILY_POINTS_CP = 66_00

QUOTE_LIFETIME = timedelta(minutes=15)

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
    ),
)

# No plan is unlimited: every limit here is a finite number.
FREE_PLAN = Entitlements(plan="free", slots=1, lane="standard", brand_mark_removable=False)
