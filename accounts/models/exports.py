"""Archives of what is kept about somebody, and accounts whose personal data was erased."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

STATES = ("waiting", "ready", "failed", "gone")


class Export(models.Model):
    """One archive: asked for, made in the background, gone after its time. The row stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports")
    state = models.CharField(_("state"), max_length=10, default="waiting")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    stored_name = models.CharField(_("stored name"), max_length=80, blank=True)
    bytes = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    requested_at = models.DateTimeField(_("asked for"))
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="export_state"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state="waiting"), name="export_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["requested_at"], name="export_due", condition=Q(state="waiting")),
            models.Index(fields=["expires_at"], name="export_over", condition=Q(state="ready")),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"


class Erasure(models.Model):
    """That a closed account's personal data was erased, and what stayed and why. Append-only."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure")
    erased_at = models.DateTimeField(_("erased"))
    actor = models.CharField(_("by"), max_length=120)
    erased = models.JSONField(_("what was erased"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"erasure of {self.user_id}"
