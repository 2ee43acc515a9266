"""Instants as the server can show them; `portal.js` then puts them into the reader's own zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template import Context
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

# From here on seconds that run tell nobody anything. `portal.js` knows the same number.
_DAYS_FROM = 3


def _moment(at: datetime | str) -> datetime:
    # Refusals carry their instants as RFC 3339 text.
    return datetime.fromisoformat(at) if isinstance(at, str) else at


@register.filter
def instant(at: datetime | str) -> str:
    """RFC 3339 in UTC, for the `datetime` attribute."""
    return _moment(at).astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def server_time(at: datetime | str, show: str = "datetime") -> str:
    """The instant in the zone of the points day; `show` is "clock" (without
    naming the zone), "time", "date" or "datetime"."""
    return _shown(at, show, settings.POINTS_DAY_TZ)


def _shown(at: datetime | str, show: str, zone: str) -> str:
    local = _moment(at).astimezone(ZoneInfo(zone))
    clock = local.strftime("%H:%M")
    if show == "clock":
        return clock
    if show == "time":
        return f"{clock} {local.tzname()}"
    day = formats.date_format(local, "DATE_FORMAT")
    return day if show == "date" else f"{day} {clock} {local.tzname()}"


@register.filter
def time_left(at: datetime | str) -> str:
    """What is left until the instant: "07:12:09", and in days when it is further off."""
    seconds = max(0, int((_moment(at) - timezone.now()).total_seconds()))
    days = seconds // 86_400
    if days >= _DAYS_FROM:
        return f"{days} {_('days')}"
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | str, show: str = "datetime") -> SafeString:
    """The instant as an element that `portal.js` puts into the reader's zone.

    Whoever chose a zone in their profile reads it in that one, also without the script.
    """
    chosen = getattr(context.get("user"), "time_zone", "")
    return format_html(
        '<time datetime="{}" data-when="{}" class="figures">{}</time>',
        instant(at),
        show,
        _shown(at, show, chosen) if chosen else server_time(at, show),
    )


@register.simple_tag
def countdown(at: datetime | str) -> SafeString:
    """What is left until the instant, as an element that `portal.js` keeps counting."""
    return format_html(
        '<time datetime="{}" data-countdown data-days="{}" class="figures">{}</time>',
        instant(at),
        _("days"),
        time_left(at),
    )


@register.simple_tag
def points_day_zone() -> str:
    """The city of the zone whose midnight starts a points day: "Shanghai"."""
    return settings.POINTS_DAY_TZ.rpartition("/")[2].replace("_", " ")
