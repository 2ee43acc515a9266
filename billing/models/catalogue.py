"""Versions of everything for sale. A published version is never edited: a new one follows it.

The database holds this, not the forms: triggers refuse to change a published version and to
publish one whose unit prices do not fall, and every limit is a finite number by CHECK.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.calendar_months import PERIOD_MONTHS
from billing.models.approval import Approved

PERIODS = [
    ("month", _("month")),
    ("quarter", _("quarter")),
    ("half_year", _("half-year")),
    ("year", _("year")),
]
LANES = [("standard", _("standard")), ("fast", _("fast")), ("fastest", _("fastest"))]


class Catalogue(Approved):
    """A version; live from `starts_at` until a higher published version has started."""

    version = models.PositiveIntegerField(_("version"), primary_key=True)
    starts_at = models.DateTimeField(_("starts"))

    class Meta(Approved.Meta):
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"catalogue {self.version}"


class Plan(models.Model):
    """What is on offer: level, points, limits and perks. No row is unlimited."""

    catalogue = models.ForeignKey(Catalogue, models.CASCADE, related_name="plans")
    code = models.SlugField(_("code"), max_length=40)
    level = models.PositiveSmallIntegerField(_("level"))
    month_cp = models.BigIntegerField(_("points a month, hundredths"))
    slots = models.PositiveIntegerField(_("parallel slots"))
    jobs_day_max = models.PositiveIntegerField(_("jobs a day at most"))
    points_day_max_cp = models.BigIntegerField(_("points a day at most, hundredths"))
    seats = models.PositiveIntegerField(_("seats"))
    lane = models.CharField(_("lane"), max_length=10, choices=LANES)
    brand_mark_removable = models.BooleanField(_("brand mark removable"))
    extension = models.BooleanField(_("extension"))
    camera = models.BooleanField(_("camera"))
    high_quality = models.BooleanField(_("high quality"))

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["catalogue", "level"]
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "code"], name="plan_code_once"),
            models.UniqueConstraint(fields=["catalogue", "level"], name="plan_level_once"),
            models.CheckConstraint(
                condition=Q(level=0, month_cp=0)
                | Q(level__range=(1, 99), month_cp__range=(1, 10**11)),
                name="plan_points_finite",
            ),
            models.CheckConstraint(
                condition=Q(
                    slots__range=(1, 1_000),
                    jobs_day_max__range=(1, 10**6),
                    points_day_max_cp__range=(1, 10**11),
                    seats__range=(1, 10_000),
                ),
                name="plan_limits_finite",
            ),
            models.CheckConstraint(
                condition=Q(lane__in=["standard", "fast", "fastest"]), name="plan_lane_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of catalogue {self.catalogue_id}"


class PlanPrice(models.Model):
    """What a period of a plan costs."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="prices")
    period = models.CharField(_("period"), max_length=10, choices=PERIODS)
    months = models.PositiveSmallIntegerField(_("months"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount, minor units"))

    class Meta:
        verbose_name = _("plan price")
        verbose_name_plural = _("plan prices")
        ordering = ["plan", "months"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "period", "currency"], name="plan_price_period_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="plan_price_costs_something"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="plan_price_currency"
            ),
            models.CheckConstraint(
                condition=reduce(
                    or_, (Q(period=name, months=months) for name, months in PERIOD_MONTHS.items())
                ),
                name="plan_price_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} by the {self.period}, {self.amount_minor} {self.currency}"


class Pack(models.Model):
    """Points at a fixed amount, with a bonus."""

    catalogue = models.ForeignKey(Catalogue, models.CASCADE, related_name="packs")
    code = models.SlugField(_("code"), max_length=40)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    points_cp = models.BigIntegerField(_("points, hundredths"))
    bonus_cp = models.BigIntegerField(_("bonus, hundredths of a point"))

    class Meta:
        verbose_name = _("pack")
        verbose_name_plural = _("packs")
        ordering = ["catalogue", "amount_minor"]
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "code"], name="pack_code_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, points_cp__gt=0, bonus_cp__gte=0)
                & Q(currency__regex=r"^[A-Z]{3}$"),
                name="pack_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class TopUpRate(models.Model):
    """The peg of a currency: points for any amount between a floor and a ceiling."""

    catalogue = models.ForeignKey(Catalogue, models.CASCADE, related_name="rates")
    currency = models.CharField(_("currency"), max_length=3)
    cp_per_minor = models.PositiveIntegerField(_("hundredths of a point for a minor unit"))
    floor_minor = models.BigIntegerField(_("floor, minor units"))
    ceiling_minor = models.BigIntegerField(_("ceiling, minor units"))
    step_minor = models.BigIntegerField(_("step, minor units"))

    class Meta:
        verbose_name = _("top-up rate")
        verbose_name_plural = _("top-up rates")
        ordering = ["catalogue", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "currency"], name="rate_currency_once"),
            models.CheckConstraint(
                condition=Q(cp_per_minor__gt=0, floor_minor__gt=0, step_minor__gt=0)
                & Q(ceiling_minor__gte=F("floor_minor"))
                & Q(currency__regex=r"^[A-Z]{3}$"),
                name="rate_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cp_per_minor} cp for a minor unit of {self.currency}"
