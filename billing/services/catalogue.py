"""Loading the launch catalogue."""

from __future__ import annotations

from django.db import transaction

from billing import launch, models


@transaction.atomic(durable=True)
def load_launch_catalogue() -> int:
    """Insert every price list of `billing.launch` that is not there yet; returns how many.

    A version already present is left as it is: published versions are never edited.
    """
    added = 0
    for entry in launch.PRICE_LISTS:
        row, made = models.PriceList.objects.get_or_create(
            version=entry.version, defaults={"starts_at": entry.starts_at}
        )
        if not made:
            continue
        added += 1
        models.PriceLine.objects.bulk_create(
            models.PriceLine(
                price_list=row,
                code=line.code,
                kind=line.kind,
                quality=line.quality,
                seconds=line.seconds,
                unit=line.unit,
                unit_cp=line.unit_cp,
            )
            for line in entry.lines
        )
    return added
