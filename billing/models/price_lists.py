"""Versions of what things cost. A published version is never edited: a new one follows it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.approval import Approved


class PriceList(Approved):
    """A version; live from `starts_at` until a higher published version has started."""

    version = models.PositiveIntegerField(_("version"), primary_key=True)
    starts_at = models.DateTimeField(_("starts"))
    relaxed_percent = models.PositiveSmallIntegerField(
        _("relaxed lane, percent of the price"), default=70, db_default=70
    )

    class Meta(Approved.Meta):
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["-version"]
        constraints = [
            *Approved.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(relaxed_percent__gte=1, relaxed_percent__lte=100),
                name="price_list_relaxed_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"price list {self.version}"


class PriceLine(models.Model):
    """What one unit of one kind of work costs."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="lines")
    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20)
    quality = models.CharField(_("quality"), max_length=20, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), default=0)
    unit = models.CharField(_("unit"), max_length=20)
    unit_cp = models.BigIntegerField(_("price, hundredths of a point"))

    class Meta:
        verbose_name = _("price line")
        verbose_name_plural = _("price lines")
        ordering = ["price_list", "id"]
        constraints = [
            models.UniqueConstraint(fields=["price_list", "code"], name="price_line_code_once"),
            models.UniqueConstraint(
                fields=["price_list", "kind", "quality", "seconds"], name="price_line_work_once"
            ),
            models.CheckConstraint(
                condition=models.Q(unit_cp__gt=0), name="price_line_costs_something"
            ),
        ]

    def __str__(self) -> str:
        return self.code
