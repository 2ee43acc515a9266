"""price(list, request) -> hundredths of a point. Pure: the same inputs give the same price."""

from __future__ import annotations

from billing.types import Price, PricedRequest, PriceLine, PriceList


class NoPrice(LookupError):
    """The price list has no line for this request: it is not for sale."""


def find_line(price_list: PriceList, request: PricedRequest) -> PriceLine:
    """The one line that prices `request`. Raises NoPrice."""
    for line in price_list.lines:
        if (line.kind, line.quality, line.seconds) == (
            request.kind,
            request.quality,
            request.seconds,
        ):
            return line
    raise NoPrice(f"{request.kind} {request.quality} {request.seconds}s is not on the price list")


def price(price_list: PriceList, request: PricedRequest) -> Price:
    """The cost of `request`. Raises NoPrice; ValueError when it asks for no piece at all."""
    if request.pieces < 1:
        raise ValueError("a request has at least one piece")
    line = find_line(price_list, request)
    unit_cp = line.unit_cp
    if request.relaxed:
        # Rounded up to the hundredth of a point, each piece by itself: all cost the same.
        unit_cp = -(-unit_cp * price_list.relaxed_percent // 100)
    return Price(
        cost_cp=unit_cp * request.pieces,
        price_list_version=price_list.version,
        line_code=line.code,
    )
