"""Money that came a second time for the same order, and how it went back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.orders import Order


class DuplicatePayment(models.Model):
    """A payment, or a whole subscription, beyond the one that paid the order.

    Begun: Stripe is being asked. Parked: Stripe refuses, and a person must look.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="duplicates")
    session_id = models.CharField(_("Checkout session"), max_length=255, blank=True)
    invoice_id = models.CharField(_("invoice"), max_length=255, blank=True)
    subscription_id = models.CharField(_("subscription"), max_length=255, blank=True)
    payment_id = models.CharField(_("payment"), max_length=255, blank=True)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[("begun", _("begun")), ("done", _("done")), ("parked", _("parked"))],
        default="begun",
    )
    refund_id = models.CharField(_("refund"), max_length=255, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("duplicate payment")
        verbose_name_plural = _("duplicate payments")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="begun"), name="duplicate_to_give_back"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session_id"], condition=~Q(session_id=""), name="duplicate_session_once"
            ),
            models.UniqueConstraint(
                fields=["invoice_id"], condition=~Q(invoice_id=""), name="duplicate_invoice_once"
            ),
            models.UniqueConstraint(
                fields=["payment_id"], condition=~Q(payment_id=""), name="duplicate_payment_once"
            ),
            models.CheckConstraint(
                condition=(~Q(session_id="") | ~Q(invoice_id=""))
                & (~Q(payment_id="") | ~Q(subscription_id=""))
                & Q(amount_minor__gte=0),
                name="duplicate_of_something",
            ),
            models.CheckConstraint(
                condition=Q(state="begun", next_try_at__isnull=False, closed_at__isnull=True)
                | Q(state__in=["done", "parked"], next_try_at__isnull=True),
                name="duplicate_is_tried_until_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"duplicate payment {self.pk} of order {self.order_id}"
