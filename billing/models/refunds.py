"""Money on its way back to a buyer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.orders import Order


class Refund(models.Model):
    """What goes back of an order, and the points that were taken back for it.

    Begun: the points are out of the wallet, Stripe is being asked. Failed: they are back in it.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    points_cp = models.BigIntegerField(_("points, hundredths"))
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    lot_id = models.BigIntegerField(_("lot"))
    lot_expires_at = models.DateTimeField(_("end of the lot"))
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[("begun", _("begun")), ("done", _("done")), ("failed", _("failed"))],
    )
    refund_id = models.CharField(_("refund"), max_length=255, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=~Q(state="failed"), name="refund_one_an_order"
            ),
            models.CheckConstraint(
                condition=Q(points_cp__gt=0, amount_minor__gt=0), name="refund_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk} of order {self.order_id}"
