"""A price fixed for fifteen minutes, good for one job."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Quote(models.Model):
    """Fixes the cost of exactly one request, known by its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet_id = models.BigIntegerField(_("wallet"))
    request_hash = models.BinaryField(_("hash of the request"), max_length=32)
    cost_cp = models.BigIntegerField(_("cost, hundredths of a point"))
    price_list_version = models.PositiveIntegerField(_("price list"))
    line_code = models.CharField(_("price line"), max_length=40)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes = [models.Index(fields=["wallet_id", "created_at"], name="quote_wallet")]
        constraints = [
            models.CheckConstraint(condition=models.Q(cost_cp__gt=0), name="quote_costs_something")
        ]

    def __str__(self) -> str:
        return f"quote {self.id}"
