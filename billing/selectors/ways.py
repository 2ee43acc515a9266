"""The ways on for someone short of points, cheapest first."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from billing import launch
from billing.selectors.audience import in_audience
from billing.selectors.catalogue import topup_rate
from billing.selectors.prices import live_price_list
from billing.selectors.wallets import overview
from billing.types import PricedRequest, format_points


def ways_on(
    *, user: User, request: PricedRequest, needed_cp: int, available_cp: int, now: datetime
) -> list[dict[str, str]]:
    """What would let the user go on: a claim now, something cheaper, the next claim, a top-up.

    Each way is {"way", "text"} and, where one applies, "points", "at" (RFC 3339) or "amount" (whole
    yuan).
    """
    missing_cp = needed_cp - available_cp
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
    if settings.STRIPE_SECRET_KEY:
        ways.append(_topup(missing_cp, now))
    return ways


def _topup(missing_cp: int, now: datetime) -> dict[str, str]:
    """The smallest top-up of whole yuan that is enough."""
    rate = topup_rate(currency="CNY", now=now)
    per_yuan_cp = 100 * rate.cp_per_minor
    yuan = max(-(-missing_cp // per_yuan_cp), rate.floor_minor // 100)
    points = format_points(yuan * per_yuan_cp)
    return {
        "way": "topup",
        "points": points,
        "amount": str(yuan),
        "text": _("Top up ¥%(yuan)d for %(points)s points.") % {"yuan": yuan, "points": points},
    }
