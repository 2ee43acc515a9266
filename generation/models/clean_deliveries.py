"""The log of clean deliveries: who received which file without a visible mark, and when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CleanDelivery(models.Model):
    """One line of the log. It refers to nothing, so that nothing takes it away when it goes.

    The migration makes the table from `sql/`: the database stamps `recorded_at`, and refuses
    changes at any time and deletion for 183 days.
    """

    DELIVERED = "delivered"
    OPENED = "opened"

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField(_("recorded"))
    happened_at = models.DateTimeField(_("happened"))
    event = models.TextField(_("event"))
    user_id = models.UUIDField(_("user"))
    email = models.TextField(_("e-mail address"))
    wallet_id = models.BigIntegerField(_("wallet"))
    job_id = models.UUIDField(_("job"))
    artifact_id = models.UUIDField(_("artifact"))
    sha256 = models.TextField(_("SHA-256"))
    agreement = models.TextField(_("agreement"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    # Which link it was opened by, as a hash: a player asks many times for parts of one file.
    link = models.TextField(_("link"))

    class Meta:
        managed = False
        db_table = "generation_cleandelivery"
        verbose_name = _("clean delivery")
        verbose_name_plural = _("clean deliveries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.artifact_id} {self.event} {self.happened_at:%Y-%m-%d}"
