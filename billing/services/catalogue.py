"""Loading the launch catalogue."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from billing import launch, models, offers
from billing.calendar_months import PERIOD_MONTHS
from billing.models.approval import Approved
from billing.types import PriceList


@transaction.atomic(durable=True)
def load_launch_catalogue() -> int:
    """Insert what of `billing.launch` is not there yet; returns how many versions and promotions.

    What is present is left as it is: published versions are never edited. Where people have drafted
    a version, the program adds none: a release never changes the prices of an operator.
    """
    added = 0
    if not _people_draft(models.PriceList):
        added += sum(_load_price_list(entry) for entry in launch.PRICE_LISTS)
    if not _people_draft(models.Catalogue):
        added += sum(_load_catalogue(entry) for entry in launch.CATALOGUES)
    if not _people_draft(models.Promotion):
        added += sum(_load_promotion(entry) for entry in launch.PROMOTIONS)
    return added


def _people_draft(model: type[Approved]) -> bool:
    return model._default_manager.filter(drafted_by__isnull=False).exists()


def _load_price_list(entry: PriceList) -> bool:
    row, made = models.PriceList.objects.get_or_create(
        version=entry.version,
        defaults={"starts_at": entry.starts_at, "relaxed_percent": entry.relaxed_percent},
    )
    if made:
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
        row.published_at = entry.starts_at
        row.save(update_fields=["published_at"])
    return made


def _load_catalogue(entry: offers.CatalogueOffer) -> bool:
    if models.Catalogue.objects.filter(version=entry.version).exists():
        return False
    row = models.Catalogue.objects.create(version=entry.version, starts_at=entry.starts_at)
    for offer in entry.plans:
        _insert_plan(row, offer)
    models.Pack.objects.bulk_create(
        models.Pack(
            catalogue=row,
            code=pack.code,
            amount_minor=pack.amount_minor,
            currency=pack.currency,
            points_cp=pack.points_cp,
            bonus_cp=pack.bonus_cp,
        )
        for pack in entry.packs
    )
    models.TopUpRate.objects.bulk_create(
        models.TopUpRate(
            catalogue=row,
            currency=rate.currency,
            cp_per_minor=rate.cp_per_minor,
            floor_minor=rate.floor_minor,
            ceiling_minor=rate.ceiling_minor,
            step_minor=rate.step_minor,
        )
        for rate in entry.rates
    )
    row.published_at = timezone.now()
    row.save(update_fields=["published_at"])
    return True


def _insert_plan(row: models.Catalogue, offer: offers.PlanOffer) -> None:
    plan = models.Plan.objects.create(
        catalogue=row,
        code=offer.code,
        level=offer.level,
        month_cp=offer.month_cp,
        slots=offer.slots,
        jobs_day_max=offer.jobs_day_max,
        points_day_max_cp=offer.points_day_max_cp,
        seats=offer.seats,
        lane=offer.lane,
        brand_mark_removable=offer.brand_mark_removable,
        extension=offer.extension,
        camera=offer.camera,
        high_quality=offer.high_quality,
    )
    models.PlanPrice.objects.bulk_create(
        models.PlanPrice(
            plan=plan,
            period=period,
            months=PERIOD_MONTHS[period],
            currency=currency,
            amount_minor=amount_minor,
        )
        for (period, currency), amount_minor in offer.prices.items()
    )


def _load_promotion(entry: offers.PromotionOffer) -> bool:
    _row, made = models.Promotion.objects.get_or_create(
        name=entry.name,
        defaults={
            "code": entry.code,
            "kind": entry.kind,
            "value": entry.value,
            "currency": entry.currency,
            "plans": list(entry.plans),
            "periods": list(entry.periods),
            "starts_at": entry.starts_at,
            "ends_at": entry.ends_at,
            "redemptions_max": entry.redemptions_max,
            "budget_minor": entry.budget_minor,
            "published_at": entry.starts_at,
        },
    )
    return made
