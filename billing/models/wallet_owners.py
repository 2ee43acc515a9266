"""Which wallet a user spends from. The ledger itself knows no users."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WalletOwner(models.Model):
    """One row per user with a wallet; deleting the user keeps the wallet's ledger."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wallet_owner"
    )
    wallet_id = models.BigIntegerField(_("wallet"), unique=True)

    class Meta:
        verbose_name = _("wallet owner")
        verbose_name_plural = _("wallet owners")

    def __str__(self) -> str:
        return f"wallet {self.wallet_id} of {self.user}"
