"""What is for sale now."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from billing import models
from billing.errors import NotForSale
from billing.offers import CatalogueOffer, PackOffer, PlanOffer, TopUpRate


def live_catalogue(*, now: datetime) -> models.Catalogue:
    """The highest published version that has started. Raises NotForSale before the first one."""
    row = (
        models.Catalogue.objects.filter(published_at__isnull=False, starts_at__lte=now)
        .order_by("-version")
        .first()
    )
    if row is None:
        raise NotForSale(_("No catalogue has started yet."))
    return row


def catalogue_offer(row: models.Catalogue) -> CatalogueOffer:
    """The version as a value, plans by level, packs by amount."""
    return CatalogueOffer(
        version=row.version,
        starts_at=row.starts_at,
        plans=tuple(
            plan_offer(plan) for plan in row.plans.order_by("level").prefetch_related("prices")
        ),
        packs=tuple(
            PackOffer(pack.code, pack.amount_minor, pack.currency, pack.points_cp, pack.bonus_cp)
            for pack in row.packs.order_by("amount_minor")
        ),
        rates=tuple(
            TopUpRate(
                currency=rate.currency,
                cp_per_minor=rate.cp_per_minor,
                floor_minor=rate.floor_minor,
                ceiling_minor=rate.ceiling_minor,
                step_minor=rate.step_minor,
            )
            for rate in row.rates.order_by("currency")
        ),
    )


def plan_offer(plan: models.Plan, *, prices: bool = True) -> PlanOffer:
    """The plan as a value, with its prices unless they do not matter."""
    return PlanOffer(
        code=plan.code,
        level=plan.level,
        month_cp=plan.month_cp,
        slots=plan.slots,
        jobs_day_max=plan.jobs_day_max,
        points_day_max_cp=plan.points_day_max_cp,
        seats=plan.seats,
        lane=plan.lane,
        brand_mark_removable=plan.brand_mark_removable,
        extension=plan.extension,
        camera=plan.camera,
        high_quality=plan.high_quality,
        prices={
            (price.period, price.currency): price.amount_minor
            for price in (plan.prices.all() if prices else ())
        },
    )


def plan_price(*, plan: str, period: str, currency: str, now: datetime) -> models.PlanPrice:
    """The live price of a period of a plan. Raises NotForSale."""
    row = (
        models.PlanPrice.objects.select_related("plan")
        .filter(
            plan__catalogue=live_catalogue(now=now),
            plan__code=plan,
            period=period,
            currency=currency,
        )
        .first()
    )
    if row is None:
        raise NotForSale(
            _("%(plan)s by the %(period)s in %(currency)s is not for sale.")
            % {"plan": plan, "period": period, "currency": currency},
            fields={"plan": "not for sale"},
        )
    return row


def pack(*, code: str, now: datetime) -> models.Pack:
    """The live pack. Raises NotForSale."""
    row = live_catalogue(now=now).packs.filter(code=code).first()
    if row is None:
        raise NotForSale(
            _("%(pack)s is not for sale.") % {"pack": code}, fields={"pack": "not for sale"}
        )
    return row


def topup_rate(*, currency: str, now: datetime) -> models.TopUpRate:
    """The live rate of a currency. Raises NotForSale."""
    row = live_catalogue(now=now).rates.filter(currency=currency).first()
    if row is None:
        raise NotForSale(
            _("Points are not sold in %(currency)s.") % {"currency": currency},
            fields={"currency": "not for sale"},
        )
    return row
