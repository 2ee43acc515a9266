"""The operator's tax as it is set now."""

from __future__ import annotations

from django.conf import settings

from billing.tax import TaxRule


def tax_rule() -> TaxRule:
    """The rate, and whether prices contain it."""
    return TaxRule(rate_bp=settings.TAX_RATE_BP, included=settings.TAX_INCLUDED)


def percent(rate_bp: int) -> str:
    """600 -> "6 %", 825 -> "8.25 %"."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"
