"""Buying points by itself when few are left: what a user has set, and each purchase tried."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.orders import Order


class AutoTopUp(models.Model):
    """When to buy, what, how much a month, and with which saved card. Off until its user says so.

    `tripped_at`: a purchase failed and nothing is bought until the user turns it on again. That is
    kept here, so that no restart forgets it.
    """

    wallet_id = models.BigIntegerField(_("wallet"), unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="auto_topups")
    enabled = models.BooleanField(_("on"), default=False)
    threshold_cp = models.BigIntegerField(_("buys below, hundredths of a point"), default=0)
    # Either a pack or an amount: the other is empty.
    pack_code = models.CharField(_("pack"), max_length=40, blank=True)
    amount_minor = models.BigIntegerField(_("amount, minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    month_max_minor = models.BigIntegerField(_("at most a month, minor units"), default=0)
    customer_id = models.CharField(_("customer"), max_length=255, blank=True)
    card_id = models.CharField(_("card"), max_length=255, blank=True)
    card_brand = models.CharField(_("brand of the card"), max_length=40, blank=True)
    card_last4 = models.CharField(_("last digits of the card"), max_length=4, blank=True)
    card_fingerprint = models.CharField(_("fingerprint of the card"), max_length=64, blank=True)
    # The first day after the card's last month, to warn before it is refused.
    card_ends_on = models.DateField(_("card ends"), null=True, blank=True)
    card_saved_at = models.DateTimeField(_("card saved"), null=True, blank=True)
    tripped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    trip_reason = models.CharField(_("why it stopped"), max_length=60, blank=True)
    # Given when it was turned on; every purchase it makes carries it.
    consent_version = models.CharField(_("terms consented to"), max_length=40, blank=True)
    consent_at = models.DateTimeField(_("consented"), null=True, blank=True)
    # The maximum of this month is reached: the sweep looks again then.
    waits_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("auto top-up")
        verbose_name_plural = _("auto top-ups")
        ordering = ["-updated_at"]
        indexes = [
            models.Index(fields=["wallet_id"], condition=Q(enabled=True), name="auto_topup_on"),
            models.Index(fields=["card_fingerprint"], name="auto_topup_card"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(enabled=False)
                | (
                    Q(tripped_at=None, threshold_cp__gt=0, month_max_minor__gt=0)
                    & ~Q(card_id="")
                    & (~Q(pack_code="") | Q(amount_minor__gt=0))
                ),
                name="auto_topup_complete",
            )
        ]

    def __str__(self) -> str:
        return f"auto top-up of wallet {self.wallet_id}"


class AutoTopUpAttempt(models.Model):
    """One purchase: written before Stripe is asked, under the key of wallet and number.

    Begun: the outcome is not known yet; a wallet has one such at a time. The card is kept, so that
    a repeated request is the same request.
    """

    wallet_id = models.BigIntegerField(_("wallet"))
    number = models.PositiveIntegerField(_("number"))
    order = models.OneToOneField(Order, models.PROTECT, related_name="auto_attempt")
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[
            ("begun", _("begun")),
            ("paid", _("paid")),
            ("failed", _("failed")),
            ("canceled", _("canceled")),
        ],
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    customer_id = models.CharField(_("customer"), max_length=255)
    card_id = models.CharField(_("card"), max_length=255)
    # When Stripe was first asked: from then on it cannot be called off.
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    next_try_at = models.DateTimeField(_("next try"))
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("automatic purchase")
        verbose_name_plural = _("automatic purchases")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["wallet_id", "-created_at"], name="auto_attempt_wallet"),
            models.Index(
                fields=["next_try_at"], condition=Q(state="begun"), name="auto_attempt_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "number"], name="auto_attempt_number"),
            models.UniqueConstraint(
                fields=["wallet_id"], condition=Q(state="begun"), name="auto_attempt_one"
            ),
        ]

    def __str__(self) -> str:
        return f"automatic purchase {self.number} of wallet {self.wallet_id}"

    @property
    def key(self) -> str:
        """The idempotency key at Stripe."""
        return f"auto-{self.wallet_id}-{self.number}"
