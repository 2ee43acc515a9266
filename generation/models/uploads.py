"""A picture somebody sent to work from."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Upload(models.Model):
    """A cleaned picture in storage, of one wallet. Its stored name says nothing.

    `received_sha256` is of the bytes as they came: the same picture sent again is the same upload.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet_id = models.BigIntegerField(_("wallet"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    received_sha256 = models.BinaryField(_("SHA-256 as received"), max_length=32)
    stored_name = models.CharField(_("stored name"), max_length=120, unique=True)
    mime = models.CharField(_("type"), max_length=40)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    bytes = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("uploaded"))
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.UniqueConstraint(
                fields=["wallet_id", "received_sha256"], name="upload_once_per_wallet"
            )
        ]
        indexes = [
            models.Index(fields=["wallet_id", "-created_at"], name="upload_of_wallet"),
            models.Index(fields=["expires_at"], name="upload_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.mime} {self.id}"
