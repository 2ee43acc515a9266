"""What a user lets themselves spend."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OwnCaps(models.Model):
    """At most so many hundredths of a point per server day and month, in all ways together."""

    wallet_id = models.BigIntegerField(_("wallet"), primary_key=True)
    daily_cap_cp = models.BigIntegerField(_("daily cap"), null=True)
    monthly_cap_cp = models.BigIntegerField(_("monthly cap"), null=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("own caps")
        verbose_name_plural = _("own caps")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(daily_cap_cp__gte=0) & models.Q(monthly_cap_cp__gte=0),
                name="own_caps_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"own caps of wallet {self.wallet_id}"
