"""One run of a job on a worker. Kept after its end: who ran it, how long, how it ended."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from generation.models.jobs import Job


class Attempt(models.Model):
    """Its id is the fencing token while it runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="attempt_rows")
    number = models.PositiveIntegerField(_("number"))
    worker = models.CharField(_("worker"), max_length=120)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    # Of this job and of those that were rendered with it: GPU time is shared by pieces.
    batch_pieces = models.PositiveSmallIntegerField(_("pieces in its batch"), default=1)
    gpu_milliseconds = models.BigIntegerField(_("GPU time, milliseconds"), default=0)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="attempt_number_once")
        ]
        indexes = [
            models.Index(fields=["ended_at"], name="attempt_ended"),
            models.Index(fields=["started_at"], name="attempt_started"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.job_id}"
