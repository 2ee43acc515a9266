"""Server days and months of a cap. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def period_of(now: datetime, per: str, zone: str) -> str:
    """The name of the server day ("2026-11-23") or month ("2026-11") that `now` falls on."""
    local = now.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d}" if per == "day" else f"{local:%Y-%m}"


def day_starts_at(now: datetime, zone: str) -> datetime:
    """The instant (UTC) at which the server day of `now` began."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def period_ends_at(now: datetime, per: str, zone: str) -> datetime:
    """The instant (UTC) at which that day or month ends."""
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    if per == "day":
        end = (midnight + timedelta(days=1, hours=6)).replace(hour=0)
    else:
        end = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return end.astimezone(UTC)
