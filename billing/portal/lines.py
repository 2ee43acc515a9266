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
    "clawback": gettext_lazy("Taken back with the money"),
    "freeze": gettext_lazy("Frozen"),
    "unfreeze": gettext_lazy("Unfrozen"),
    "adjust": gettext_lazy("Adjustment"),
    "transfer": gettext_lazy("Transfer"),
    "convert": gettext_lazy("Conversion"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the statement in words.

    `source` is set when points came in: then where they came from says more than the kind of
    line. `job_id` is set when the line is about a job.
    """

    line: StatementLine
    kind: str
    source: str
    job_id: UUID | None

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
            kind=str(_KINDS.get(line.kind, line.kind)),
            source=line.lots[0].source if line.kind == "grant" and line.lots else "",
            job_id=_job_id(line.reference),
        )
        for line in lines
    ]


def _job_id(reference: str) -> UUID | None:
    kind, _colon, name = reference.partition(":")
    try:
        return UUID(name) if kind == "job" else None
    except ValueError:
        return None


def buys(prices: PriceList | None, available_cp: int) -> list[Buys]:
    """What the points buy today, one entry per price line; nothing when too few for any."""
    if prices is None:
        return []
    counted = [(line, available_cp // line.unit_cp) for line in prices.lines]
    return [
        Buys(line.kind, _pieces(line.kind, line.seconds, count)) for line, count in counted if count
    ]


def _pieces(kind: str, seconds: int, count: int) -> str:
    if kind == "image":
        return ngettext("%(count)d picture", "%(count)d pictures", count) % {"count": count}
    if kind == "video":
        return ngettext(
            "%(count)d video of %(seconds)d s", "%(count)d videos of %(seconds)d s", count
        ) % {"count": count, "seconds": seconds}
    return _("%(count)d × %(kind)s") % {"count": count, "kind": kind}
