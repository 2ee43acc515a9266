"""Rows of the wallet's pages: ledger lines and prices put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.types import PriceList, Slice, StatementLine

_KINDS = {
    "grant": gettext_lazy("Points added"),
    "hold": gettext_lazy("Held for a job"),
    "capture": gettext_lazy("Spent on a job"),
    "release": gettext_lazy("Returned, not charged"),
    "expire": gettext_lazy("Ended unused"),
    "start": gettext_lazy("Began: points that waited for their month"),
    "clawback": gettext_lazy("Taken back with the money"),
    "freeze": gettext_lazy("Frozen while a payment is disputed"),
    "unfreeze": gettext_lazy("Free again after the dispute"),
    "adjust": gettext_lazy("Correction by the operator"),
}
# Between wallets a line says which way they went.
_WAYS = {
    ("transfer", True): gettext_lazy("Received from another wallet"),
    ("transfer", False): gettext_lazy("Moved to another wallet"),
    ("convert", True): gettext_lazy("Received, converted from another unit"),
    ("convert", False): gettext_lazy("Moved, converted to another unit"),
}
_DETAILS = {
    "clawback": gettext_lazy(
        "The payment for these points was refunded or charged back. What you had spent of them is "
        "owed, and the next points you buy settle it first."
    ),
    "freeze": gettext_lazy("They are neither spent nor ended until the dispute is decided."),
    "unfreeze": gettext_lazy("The dispute is over, and the points are yours again."),
}


# What an invitation's line says; the ledger's reason is its part.
_REFERRAL = {
    "referrer": gettext_lazy("A friend you invited bought points, and the waiting time is over."),
    "friend": gettext_lazy("You came by a friend's invitation and bought points."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the statement in words.

    `source` is set when points came in: then where they came from says more than the kind of
    line. `job_id` or `order_id` is set when the line is about one. `detail` is what a reader would
    ask next.
    """

    line: StatementLine
    kind: str
    source: str
    job_id: UUID | None
    order_id: UUID | None = None
    detail: str = ""

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.line.at

    @property
    def lots(self) -> tuple[Slice, ...]:
        """The lots it moved, unless `source` says all there is to say of them."""
        return () if self.source else self.line.lots


@dataclass(frozen=True, slots=True)
class Buys:
    """How many of one thing a number of points buys by the live price list."""

    kind: str
    text: str


def lines_of(lines: Iterable[StatementLine]) -> list[Row]:
    """The lines, put into words."""
    return [
        Row(
            line=line,
            kind=_kind(line),
            source=line.lots[0].source if line.kind == "grant" and line.lots else "",
            job_id=_id_in(line.reference, "job"),
            order_id=_id_in(line.reference, "topup"),
            detail=_detail(line),
        )
        for line in lines
    ]


def _kind(line: StatementLine) -> str:
    way = (line.kind, line.available_delta_cp > 0)
    return str(_WAYS[way] if way in _WAYS else _KINDS.get(line.kind, line.kind))


def _detail(line: StatementLine) -> str:
    if line.kind == "grant" and line.available_delta_cp == 0:
        return _(
            "Nothing of it can be spent yet: it waits for its start, or it settled what you owed."
        )
    if line.kind == "grant" and line.reference.startswith("code:"):
        return _("Code %(code)s") % {"code": line.reason}
    if line.kind == "grant" and line.reference.startswith("referral:"):
        return str(_REFERRAL.get(line.reason, ""))
    if line.kind == "adjust" and line.reason:
        return _("Reason: %(reason)s") % {"reason": line.reason}
    if line.kind == "release" and line.reason.startswith("SAFETY."):
        return _("Held back by our rules: not charged.")
    return str(_DETAILS.get(line.kind, ""))


def _id_in(reference: str, wanted: str) -> UUID | None:
    kind, _colon, name = reference.partition(":")
    try:
        return UUID(name) if kind == wanted else None
    except ValueError:
        return None


def buys(prices: PriceList | None, available_cp: int) -> list[Buys]:
    """What the points buy today: pictures, and clips of each length at their lowest price.

    Nothing when there are too few for any. Other kinds cost what one of these does.
    """
    lowest: dict[tuple[str, int], int] = {}
    for line in prices.lines if prices else ():
        if line.kind in ("image", "video"):
            seen = lowest.get((line.kind, line.seconds), line.unit_cp)
            lowest[line.kind, line.seconds] = min(seen, line.unit_cp)
    return [
        Buys(kind, _pieces(kind, seconds, available_cp // unit_cp))
        for (kind, seconds), unit_cp in lowest.items()
        if available_cp >= unit_cp
    ]


def _pieces(kind: str, seconds: int, count: int) -> str:
    if kind == "image":
        return ngettext("%(count)d picture", "%(count)d pictures", count) % {"count": count}
    return ngettext(
        "%(count)d video of %(seconds)d s", "%(count)d videos of %(seconds)d s", count
    ) % {"count": count, "seconds": seconds}
