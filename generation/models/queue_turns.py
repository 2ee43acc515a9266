"""Whose turn it is: a row for each wallet that waits in a lane."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class QueueTurn(models.Model):
    """Wallets of a lane take turns: the one served longest ago is next.

    Made when a job joins the queue, dropped by the claim that leaves nothing of this wallet.
    """

    lane = models.CharField(_("lane"), max_length=10)
    wallet_id = models.BigIntegerField(_("wallet"))
    served_at = models.DateTimeField(_("served or joined"))

    class Meta:
        verbose_name = _("queue turn")
        verbose_name_plural = _("queue turns")
        constraints = [
            models.UniqueConstraint(fields=["lane", "wallet_id"], name="queue_turn_once")
        ]
        indexes = [models.Index(fields=["lane", "served_at", "id"], name="queue_turn_order")]

    def __str__(self) -> str:
        return f"wallet {self.wallet_id} in {self.lane}"
