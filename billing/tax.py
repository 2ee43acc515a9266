"""Tax in whole minor units. Pure: no Django here.

A rate is in basis points: 600 is 6 %. Rounding is half up, once for each amount, never line by
line: 6 % inside 66.00 is 3.74 (3.7358…), and 62.26 is left.
"""

from __future__ import annotations

from dataclasses import dataclass

_WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class TaxRule:
    """The operator's rate, and whether the catalogue's prices contain the tax already."""

    rate_bp: int
    included: bool

    def to_pay_minor(self, price_minor: int) -> int:
        """What a buyer pays for a price of the catalogue."""
        if self.included:
            return price_minor
        return price_minor + _half_up(price_minor * self.rate_bp, _WHOLE_BP)

    def tax_minor(self, paid_minor: int) -> int:
        """The tax inside an amount paid.

        It finds again exactly what `to_pay_minor` added, so one formula serves both settings.
        """
        return _half_up(paid_minor * self.rate_bp, _WHOLE_BP + self.rate_bp)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
