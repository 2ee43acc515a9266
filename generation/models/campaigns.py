"""A campaign: what creatives are made for, and what one of them may cost."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Campaign(models.Model):
    """A name for creatives of one wallet, and their target cost per piece in minor units."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet_id = models.BigIntegerField(_("wallet"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="campaigns"
    )
    name = models.CharField(_("name"), max_length=80)
    target_minor = models.BigIntegerField(_("target cost per piece, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "name"], name="campaign_name_once"),
            models.CheckConstraint(
                condition=models.Q(target_minor__gt=0), name="campaign_target_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return self.name
