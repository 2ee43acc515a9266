"""A file a job made."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from generation.models.jobs import Job


class Artifact(models.Model):
    """The stamped file in storage. Its stored name is random and says nothing about the job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    wallet_id = models.BigIntegerField(_("wallet"))
    index = models.PositiveIntegerField(_("piece"))
    stored_name = models.CharField(_("stored name"), max_length=120, unique=True)
    mime = models.CharField(_("type"), max_length=40)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    seconds = models.PositiveIntegerField(_("seconds"), default=0)
    bytes = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    # Of what is seen, without metadata: it tells a file whose metadata was taken away.
    content_sha256 = models.CharField(
        _("SHA-256 of what is seen"), max_length=64, default="", db_default=""
    )
    brand_mark = models.BooleanField(_("carries the brand mark"))
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("artifact")
        verbose_name_plural = _("artifacts")
        ordering = ["job", "index"]
        constraints = [models.UniqueConstraint(fields=["job", "index"], name="artifact_piece_once")]
        indexes = [
            models.Index(fields=["wallet_id", "-created_at", "-id"], name="artifact_of_wallet"),
            models.Index(fields=["sha256"], name="artifact_by_hash"),
            models.Index(
                fields=["content_sha256"],
                name="artifact_by_content",
                condition=~models.Q(content_sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mime} of {self.job_id}"
