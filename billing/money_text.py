"""Money as people read it. Whole numbers all the way: no amount is ever a float."""

from __future__ import annotations

from billing.types import minor_per_whole

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "¥"}

# A unit price is shown to this many decimals of the whole currency, rounded half up.
_UNIT_DECIMALS = 4
_E4 = 10_000


def money(amount_minor: int, currency: str) -> str:
    """6600 CNY -> "¥66", 9401 CNY -> "¥94.01", 679300 CNY -> "¥6,793"."""
    whole, minor = divmod(abs(amount_minor), minor_per_whole(currency))
    sign = "−" if amount_minor < 0 else ""
    decimals = f".{minor:02d}" if minor else ""
    return f"{sign}{_symbol(currency)}{whole:,}{decimals}"


def unit_money(minor_e4: int, currency: str) -> str:
    """Ten-thousandths of a minor unit: 886667 of a fen -> "¥0.8867", 20000 -> "¥0.02"."""
    per_whole = minor_per_whole(currency) * _E4
    scale: int = 10**_UNIT_DECIMALS
    rounded = (2 * minor_e4 * scale + per_whole) // (2 * per_whole)
    whole, part = divmod(rounded, scale)
    decimals = f"{part:0{_UNIT_DECIMALS}d}".rstrip("0").ljust(2, "0")
    return f"{_symbol(currency)}{whole:,}.{decimals}"


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} ")
