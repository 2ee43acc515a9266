"""Who was barred, why, by whom, and when it was lifted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Ban(models.Model):
    """One bar of one user, with a reason code. Lifted, it stays to be read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bans")
    reason = models.CharField(_("reason"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)
    banned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    banned_at = models.DateTimeField(_("barred"))
    lift_note = models.CharField(_("why lifted"), max_length=200, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        ordering = ["-banned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(lifted_at=None), name="ban_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"ban {self.pk} of {self.user_id}"
