"""Values of billing: points as text, price lists, priced requests. Pure: no Django here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

# The ledger's own values, under the name the rest of the product knows them by.
from billing.ledger.types import Lot as Lot
from billing.ledger.types import Slice as Slice
from billing.ledger.types import StatementLine as StatementLine

CP_PER_POINT = 100
_WITHOUT_MINOR = frozenset({"JPY", "KRW", "VND"})
_POINTS = re.compile(r"(-?)([0-9]{1,13})(?:\.([0-9]{1,2}))?")


def format_points(amount_cp: int) -> str:
    """Hundredths of a point as text with two decimals: 6580 -> "65.80"."""
    sign = "-" if amount_cp < 0 else ""
    whole, hundredths = divmod(abs(amount_cp), CP_PER_POINT)
    return f"{sign}{whole}.{hundredths:02d}"


def parse_points(text: str) -> int:
    """Text such as "65.8" as hundredths of a point. Raises ValueError; never rounds."""
    match = _POINTS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a number of points with at most two decimals")
    sign, whole, hundredths = match.groups()
    amount_cp = int(whole) * CP_PER_POINT + int((hundredths or "").ljust(2, "0"))
    return -amount_cp if sign else amount_cp


def minor_per_whole(currency: str) -> int:
    """How many minor units make one: 100 fen a yuan, 1 yen a yen."""
    return 1 if currency in _WITHOUT_MINOR else 100


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What one unit of one kind of work costs. `seconds` is 0 and `quality` "" for pictures."""

    code: str
    kind: str
    quality: str
    seconds: int
    unit: str
    unit_cp: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """A published version of what things cost. Never edited after its start.

    `relaxed_percent`: what the relaxed lane costs, of the price of any other lane.
    """

    version: int
    starts_at: datetime
    lines: tuple[PriceLine, ...]
    relaxed_percent: int = 100

    @property
    def headlines(self) -> tuple[PriceLine, ...]:
        """The picture and the plain clip, by which people compare: the first line of each."""
        kinds = ("image", "video")
        first = {kind: line for line in reversed(self.lines) for kind in [line.kind]}
        return tuple(first[kind] for kind in kinds if kind in first)


@dataclass(frozen=True, slots=True)
class PricedRequest:
    """What a price depends on: the kind, its quality and length, how many pieces, and whether
    they may wait behind all others."""

    kind: str
    quality: str = ""
    seconds: int = 0
    pieces: int = 1
    relaxed: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """The cost of one request by one line of one price list."""

    cost_cp: int
    price_list_version: int
    line_code: str


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a wallet may do now: limits and perks of its plan together.

    `jobs_day_max` and `points_day_max_cp` are ceilings of one server day.
    """

    plan: str
    slots: int
    lane: str
    brand_mark_removable: bool
    extension: bool = False
    camera: bool = False
    high_quality: bool = False
    relaxed_lane: bool = False
    seats: int = 1
    jobs_day_max: int = 400
    points_day_max_cp: int = 10_000_00

    def has(self, perk: str) -> bool:
        """Whether it has a perk: extension, camera, high_quality or relaxed_lane.

        Raises KeyError for any other name.
        """
        return {
            "extension": self.extension,
            "camera": self.camera,
            "high_quality": self.high_quality,
            "relaxed_lane": self.relaxed_lane,
        }[perk]
