"""A campaign: what pieces are made for, what one of them may cost, and what all of them may."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team


class Campaign(models.Model):
    """A name for pieces of one wallet, with their target cost in minor units and an envelope: the
    most points they may take in all and a server month, in hundredths; None: no limit.

    `team`: whose seats may spend from it; None: only the wallet's owner, for themselves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet_id = models.BigIntegerField(_("wallet"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="campaigns"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns"
    )
    name = models.CharField(_("name"), max_length=80)
    target_minor = models.BigIntegerField(_("target cost per piece, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    cap_cp = models.BigIntegerField(_("most points in all, hundredths"), null=True)
    monthly_cap_cp = models.BigIntegerField(_("most points a month, hundredths"), null=True)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["wallet_id", "team", "name"],
                name="campaign_name_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(cap_cp__gte=0) & models.Q(monthly_cap_cp__gte=0),
                name="campaign_caps_not_below_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(target_minor__gt=0), name="campaign_target_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return self.name
