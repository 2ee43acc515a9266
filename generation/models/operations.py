"""What operators of GPUs set: workers to drain, the brake."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DrainedWorker(models.Model):
    """A GPU worker that finishes what it has and takes nothing more."""

    name = models.CharField(_("worker"), max_length=120, primary_key=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("drained worker")
        verbose_name_plural = _("drained workers")

    def __str__(self) -> str:
        return self.name


class Brake(models.Model):
    """While a row stands here, no job is accepted; running and queued ones go on."""

    name = models.CharField(_("brake"), max_length=20, primary_key=True)
    reason = models.CharField(_("reason"), max_length=200)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("brake")
        verbose_name_plural = _("brakes")

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"
