"""The live price list."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from billing import models
from billing.errors import NotForSale
from billing.types import PriceLine, PriceList


def live_price_list(*, now: datetime) -> PriceList:
    """The highest published version that has started. Raises NotForSale before the first one."""
    row = (
        models.PriceList.objects.filter(published_at__isnull=False, starts_at__lte=now)
        .prefetch_related("lines")
        .order_by("-version")
        .first()
    )
    if row is None:
        raise NotForSale(_("No price list has started yet."))
    return PriceList(version=row.version, starts_at=row.starts_at, lines=lines_of(row))


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
