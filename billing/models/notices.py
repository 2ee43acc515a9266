"""What a user must be told about money and points; shown in the portal and sent by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One thing to tell, once: `key` names the occasion. `facts` are JSON-ready."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("occasion"), max_length=200, unique=True)
    facts = models.JSONField(_("facts"), default=dict)
    created_at = models.DateTimeField(_("created"))
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.key
