"""Keys of programs that act for a user."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import scopes


def default_scopes() -> list[str]:
    """What a key may do when nobody chose."""
    return list(scopes.DEFAULT)


class ApiKey(models.Model):
    """A bearer key. Only a hash of its secret is kept; the prefix is what a list can show.

    Rotated, it has two secrets until `previous_until`: the row stays one, and with it its caps.
    `access_key` and `sealed_secret` are its pair for the Kling dialect, whose secret signs and so
    must be readable: it is encrypted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=16)
    secret_hash = models.BinaryField(_("hash of the secret"), max_length=32, unique=True)
    previous_prefix = models.CharField(_("prefix before"), max_length=16, blank=True)
    previous_secret_hash = models.BinaryField(
        _("hash of the secret before"), max_length=32, unique=True, null=True
    )
    previous_until = models.DateTimeField(_("secret before works until"), null=True, blank=True)
    access_key = models.CharField(_("access key"), max_length=40, unique=True, null=True)  # noqa: DJ001
    sealed_secret = models.BinaryField(_("encrypted secret of the pair"), null=True)
    scopes = ArrayField(
        models.CharField(max_length=20), verbose_name=_("may"), default=default_scopes
    )
    networks = ArrayField(
        models.CharField(max_length=43), verbose_name=_("only from"), default=list, blank=True
    )
    daily_cap_cp = models.BigIntegerField(_("most points a day, hundredths"), null=True, blank=True)
    monthly_cap_cp = models.BigIntegerField(
        _("most points a month, hundredths"), null=True, blank=True
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    # Shown to the key's owner; erased with the other addresses, see docs/abuse.md.
    last_used_address = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoke_reason = models.CharField(_("why revoked"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
