"""The ways on for someone short of points, cheapest first."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from billing import launch
from billing.selectors.audience import in_audience
from billing.selectors.prices import live_price_list
from billing.selectors.wallets import overview
from billing.types import PricedRequest, format_points


def ways_on(
    *, user: User, request: PricedRequest, available_cp: int, now: datetime
) -> list[dict[str, str]]:
    """What would let the user go on: something cheaper, a claim now, or the next one.

    Each way is {"way", "text"} and, where one applies, "points" or "at" (RFC 3339).
    """
    ways: list[dict[str, str]] = []
    wallet = overview(user=user, now=now)
    daily = format_points(launch.DAILY_POINTS_CP)
    if wallet.claimable:
        ways.append(
            {
                "way": "claim",
                "points": daily,
                "text": _("Claim today's %(points)s points, free.") % {"points": daily},
            }
        )
    cheapest = min(live_price_list(now=now).lines, key=lambda line: line.unit_cp)
    if cheapest.kind != request.kind and cheapest.unit_cp <= available_cp:
        price = format_points(cheapest.unit_cp)
        ways.append(
            {
                "way": cheapest.kind,
                "points": price,
                "text": _("Make a picture instead, for %(points)s points.") % {"points": price}
                if cheapest.kind == "image"
                else _("Make something cheaper, from %(points)s points.") % {"points": price},
            }
        )
    if not wallet.claimable and in_audience(wallet_id=wallet.wallet_id, now=now):
        at = wallet.next_claim_at.isoformat().replace("+00:00", "Z")
        ways.append(
            {
                "way": "wait",
                "points": daily,
                "at": at,
                "text": _("Claim the next %(points)s free points when the points day turns.")
                % {"points": daily},
            }
        )
    return ways
