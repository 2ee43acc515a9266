"""Loading the launch catalogue, and publishing later versions of it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing import launch, models, offers
from billing.calendar_months import PERIOD_MONTHS
from billing.errors import SecondPersonNeeded
from billing.selectors.catalogue import catalogue_offer
from billing.types import PriceList


@transaction.atomic(durable=True)
def load_launch_catalogue() -> int:
    """Insert what of `billing.launch` is not there yet; returns how many versions and promotions.

    What is present is left as it is: published versions are never edited.
    """
    added = sum(_load_price_list(entry) for entry in launch.PRICE_LISTS)
    added += sum(_load_catalogue(entry) for entry in launch.CATALOGUES)
    return added + sum(_load_promotion(entry) for entry in launch.PROMOTIONS)


@transaction.atomic(durable=True)
def publish_catalogue(*, version: int, approver: User, now: datetime) -> models.Catalogue:
    """Publish a drafted version; it goes live at its `starts_at`, at once if that has passed.

    Raises NotFound for a version that is not a draft, SecondPersonNeeded when the approver
    drafted it, InvalidRequest when its prices break a rule.
    """
    row = (
        models.Catalogue.objects.select_for_update()
        .filter(version=version, published_at=None)
        .first()
    )
    if row is None:
        raise NotFound(_("No such draft."))
    if row.drafted_by_id == approver.pk:
        raise SecondPersonNeeded(_("A second person publishes what you drafted."))
    if row.drafted_by_id is None:
        raise InvalidRequest(_("A draft names who drafted it."), fields={"drafted_by": "missing"})
    if row.starts_at < now:
        row.starts_at = now
    broken = offers.breaches(catalogue_offer(row).plans)
    if broken:
        raise InvalidRequest("; ".join(broken), fields={"plans": "; ".join(broken)})
    row.approved_by = approver
    row.published_at = now
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # the database's own check of the same rules
        raise InvalidRequest(str(error), fields={"plans": str(error)}) from None
    return row


def _load_price_list(entry: PriceList) -> bool:
    row, made = models.PriceList.objects.get_or_create(
        version=entry.version, defaults={"starts_at": entry.starts_at}
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
