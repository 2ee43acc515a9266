"""What an effect costs: as much as the clip it makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing.errors import NotForSale
from billing.selectors.prices import live_price_list

# The kind of work an effect is priced as.
PRICED_AS = "effect"


@dataclass(frozen=True, slots=True)
class LengthPrice:
    """The price of a clip of a length and a quality, in hundredths of a point."""

    seconds: int
    quality: str
    cost_cp: int


def prices_of_lengths(*, now: datetime) -> list[LengthPrice]:
    """Every clip on the live price list, shortest and plainest first; none before the first one."""
    try:
        lines = live_price_list(now=now).lines
    except NotForSale:
        return []
    found = [
        LengthPrice(line.seconds, line.quality, line.unit_cp)
        for line in lines
        if line.kind == PRICED_AS
    ]
    return sorted(found, key=lambda price: (price.seconds, price.cost_cp))
