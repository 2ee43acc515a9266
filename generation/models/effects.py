"""Effects: what is on offer, in which version, and who switched one off or on and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EffectTemplate(models.Model):
    """An effect by its code. Its content is in its versions; the highest one is on offer."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    position = models.PositiveIntegerField(_("place in the gallery"))
    enabled = models.BooleanField(_("on offer"), default=True)

    class Meta:
        verbose_name = _("effect template")
        verbose_name_plural = _("effect templates")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class EffectVersion(models.Model):
    """What an effect said from a release on; jobs remember theirs. Rows are never edited."""

    template = models.ForeignKey(EffectTemplate, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("effect version")
        verbose_name_plural = _("effect versions")
        ordering = ["template", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["template", "version"], name="effect_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.version}"


class EffectSwitch(models.Model):
    """One flip of an effect's switch. Kept for good."""

    template = models.ForeignKey(EffectTemplate, on_delete=models.PROTECT, related_name="switches")
    enabled = models.BooleanField(_("switched on"))
    reason = models.CharField(_("reason"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("effect switch")
        verbose_name_plural = _("effect switches")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.template_id} {'on' if self.enabled else 'off'}"
