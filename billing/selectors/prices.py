"""The live price list."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from billing import models
from billing.errors import NotForSale
from billing.types import PriceLine, PriceList

# One statement: every submit asks.
_LIVE = """
select list.version, list.starts_at, list.relaxed_percent,
       line.code, line.kind, line.quality, line.seconds, line.unit, line.unit_cp
  from billing_pricelist list left join billing_priceline line on line.price_list_id = list.version
 where list.version = (select max(version) from billing_pricelist
                        where published_at is not null and starts_at <= %s)
 order by line.id
"""


def live_price_list(*, now: datetime) -> PriceList:
    """The highest published version that has started. Raises NotForSale before the first one."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [now])
        rows = cursor.fetchall()
    if not rows:
        raise NotForSale(_("No price list has started yet."))
    version, starts_at, relaxed_percent = rows[0][:3]
    lines = tuple(PriceLine(*line) for _v, _s, _r, *line in rows if line[0] is not None)
    return PriceList(version, starts_at, lines, relaxed_percent)


def price_list_of(row: models.PriceList) -> PriceList:
    """A version as a value."""
    return PriceList(row.version, row.starts_at, lines_of(row), row.relaxed_percent)


def lines_of(row: models.PriceList) -> tuple[PriceLine, ...]:
    """The lines of a version as values."""
    return tuple(
        PriceLine(
            code=line.code,
            kind=line.kind,
            quality=line.quality,
            seconds=line.seconds,
            unit=line.unit,
            unit_cp=line.unit_cp,
        )
        for line in row.lines.all()
    )
