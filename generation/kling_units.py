"""Points and times as Kling writes them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The end of the year 9999, where our calendar ends.
MILLISECONDS_MAX = 253_402_300_799_999


def units(amount_cp: int) -> str:
    """Points as text, with no more digits than they need: "10", "0.2"."""
    whole, part = divmod(amount_cp, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".")


def quantity(amount_cp: int) -> float:
    """Points as the number their wire has; for reading only, nothing is counted with it."""
    return float(units(amount_cp))


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def moment(at: int) -> datetime:
    """The moment of so many milliseconds since 1970, 0 to `MILLISECONDS_MAX`."""
    return _EPOCH + timedelta(milliseconds=at)
