"""The labelling agreement: its texts as they were accepted, and who accepted them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LabellingText(models.Model):
    """The texts of one version, kept so that it can be read later what somebody agreed to."""

    version = models.CharField(_("version"), max_length=12, primary_key=True)
    texts = models.JSONField(_("texts by language"))
    first_accepted_at = models.DateTimeField(_("first accepted"))

    class Meta:
        verbose_name = _("labelling agreement")
        verbose_name_plural = _("labelling agreements")
        ordering = ["-first_accepted_at"]

    def __str__(self) -> str:
        return self.version


class LabellingAcceptance(models.Model):
    """One user accepted one version. Never changed, never deleted: a trigger refuses both."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="labelling_acceptances"
    )
    text = models.ForeignKey(LabellingText, models.PROTECT, verbose_name=_("version"))
    language = models.CharField(_("language"), max_length=10)
    accepted_at = models.DateTimeField(_("accepted"))
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("labelling acceptance")
        verbose_name_plural = _("labelling acceptances")
        ordering = ["-accepted_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "text"], name="labelling_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.text_id}"
