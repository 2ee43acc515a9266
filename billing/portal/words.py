"""Plans, periods, orders and ways to pay in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models import Order
from billing.selectors.names import METHODS as METHODS
from billing.selectors.names import PERIODS as PERIODS
from billing.selectors.names import PLANS as PLANS
from billing.selectors.names import plan_and_period as plan_and_period
from billing.selectors.names import plan_name as plan_name
from billing.selectors.names import points as points
from billing.types import PriceList

# What a price is for, and what the first one is for.
PER_PERIOD: dict[str, Promise] = {
    "month": gettext_lazy("a month"),
    "quarter": gettext_lazy("a quarter"),
    "half_year": gettext_lazy("a half-year"),
    "year": gettext_lazy("a year"),
}
FIRST_PERIOD: dict[str, Promise] = {
    "month": gettext_lazy("the first month"),
    "quarter": gettext_lazy("the first quarter"),
    "half_year": gettext_lazy("the first half-year"),
    "year": gettext_lazy("the first year"),
}
LANES: dict[str, Promise] = {
    "standard": gettext_lazy("Standard lane"),
    "fast": gettext_lazy("Fast lane"),
    "fastest": gettext_lazy("Fastest lane"),
}
ORDER_STATES: dict[str, Promise] = {
    "open": gettext_lazy("waiting for payment"),
    "paid": gettext_lazy("paid"),
    "failed": gettext_lazy("payment failed"),
    "expired": gettext_lazy("expired unpaid"),
    "canceled": gettext_lazy("canceled unpaid"),
    "undoing": gettext_lazy("being given back"),
    "undone": gettext_lazy("given back"),
}


def what_was_bought(order: Order) -> str:
    """An order's thing in a few words."""
    if order.plan_price is not None:
        return plan_and_period(order.plan_price.plan.code, order.period)
    if order.kind == "pack":
        return _("Pack of %(points)s points") % {"points": points(order.points_cp)}
    return _("Top-up of %(points)s points") % {"points": points(order.points_cp)}


def counts(prices: PriceList | None, amount_cp: int) -> list[str]:
    """How many pictures, or how many videos, a number of points makes by the live list."""
    if prices is None:
        return []
    found: dict[str, str] = {}
    for line in prices.lines:
        count = amount_cp // line.unit_cp
        if line.kind == "image" and count:
            text = ngettext("%(count)s picture", "%(count)s pictures", count)
            found.setdefault("image", text % {"count": f"{count:,}"})
        if line.kind == "video" and count:
            text = ngettext(
                "%(count)s video of %(seconds)d s", "%(count)s videos of %(seconds)d s", count
            )
            found.setdefault("video", text % {"count": f"{count:,}", "seconds": line.seconds})
    return list(found.values())
