"""What was spent under a cap on one server day or month, counted under the wallet's lock."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Spending(models.Model):
    """Points held or captured by jobs submitted in a period, in hundredths.

    `scope` is "wallet", "key:<id>", "seat:<id>" or "campaign:<id>"; `period` is a day "2026-11-23",
    a month "2026-11", or "ever".
    """

    wallet_id = models.BigIntegerField(_("wallet"))
    scope = models.CharField(_("scope"), max_length=50)
    period = models.CharField(_("period"), max_length=10)
    spent_cp = models.BigIntegerField(_("spent, hundredths of a point"))

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")
        constraints = [
            models.UniqueConstraint(
                fields=["wallet_id", "scope", "period"], name="spending_counted_once"
            ),
            models.CheckConstraint(
                condition=models.Q(spent_cp__gte=0), name="spending_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} in {self.period}"
