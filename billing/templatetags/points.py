"""Points, and where they came from, as people read them."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy

from billing.types import format_points

register = template.Library()

SOURCES = {
    "daily": gettext_lazy("Daily points"),
    "membership": gettext_lazy("Membership"),
    "topup": gettext_lazy("Top-up"),
    "promotion": gettext_lazy("Promotion"),
    "code": gettext_lazy("Redeem code"),
    "referral": gettext_lazy("Referral"),
    "adjustment": gettext_lazy("Adjustment"),
    "courtesy": gettext_lazy("Courtesy"),
}


@register.filter
def source_name(source: str) -> str:
    """A lot's source in words; an unknown one as it is, readable."""
    return str(SOURCES.get(source, source.replace("_", " ").capitalize()))


@register.filter
def points(amount_cp: int) -> str:
    """6580 -> "65.80"."""
    return format_points(int(amount_cp))


@register.filter
def round_points(amount_cp: int) -> str:
    """6600 -> "66", 6580 -> "65.80": for chips, where ".00" only takes room."""
    return format_points(int(amount_cp)).removesuffix(".00")


@register.filter
def signed_points(amount_cp: int) -> str:
    """-20 -> "−0.20", 6600 -> "+66.00", 0 -> "0.00": for statements."""
    text = format_points(abs(int(amount_cp)))
    if amount_cp == 0:
        return text
    return f"+{text}" if amount_cp > 0 else f"−{text}"


@register.filter
def points_size(amount_cp: int) -> str:
    """-20 -> "0.20": how much of a lot moved, whichever way."""
    return format_points(abs(int(amount_cp)))
