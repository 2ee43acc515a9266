"""Purchases begun. An order exists before Stripe hears of it, and outlives whatever happens."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.catalogue import PERIODS, PlanPrice
from billing.models.promotions import Promotion

KINDS = [
    ("topup", _("top-up")),
    ("pack", _("pack")),
    ("membership", _("membership by card")),
    ("prepaid", _("prepaid period")),
]
STATES = [
    ("open", _("open")),
    ("paid", _("paid")),
    ("failed", _("failed")),
    ("expired", _("expired")),
    ("canceled", _("canceled")),
    ("undoing", _("being given back")),
    ("undone", _("given back")),
]


class Order(models.Model):
    """What was to be bought, at which price, and how it went.

    Amounts are minor units of `currency`; points are hundredths. `attempt` counts the pay pages
    made for it: the idempotency key of each is order and attempt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet_id = models.BigIntegerField(_("wallet"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    # A wallet has one open order of each family: points, membership, and points bought by itself.
    family = models.CharField(_("family"), max_length=12)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="open")
    method = models.CharField(_("method"), max_length=12)
    list_minor = models.BigIntegerField(_("list price, minor units"))
    amount_minor = models.BigIntegerField(_("to pay, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    points_cp = models.BigIntegerField(_("points, hundredths"), default=0)
    bonus_cp = models.BigIntegerField(_("bonus, hundredths of a point"), default=0)
    pack_code = models.CharField(_("pack"), max_length=40, blank=True)
    plan_price = models.ForeignKey(
        PlanPrice, models.PROTECT, null=True, blank=True, related_name="+"
    )
    period = models.CharField(_("period"), max_length=10, choices=PERIODS, blank=True)
    promotion = models.ForeignKey(
        Promotion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    idempotency_key = models.CharField(_("idempotency key"), max_length=255)
    request_hash = models.BinaryField(_("hash of the request"), max_length=32)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    session_id = models.CharField(_("Checkout session"), max_length=255, blank=True)
    url = models.TextField(_("pay page"), blank=True)
    payment_id = models.CharField(_("payment"), max_length=255, blank=True)
    # The card it was paid with, as Stripe tells cards apart; "" where it was none, or is not known.
    card_fingerprint = models.CharField(_("card"), max_length=64, blank=True)
    subscription_id = models.CharField(_("subscription"), max_length=255, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # The buyer asked for the points at once, knowing that used ones are paid for in a withdrawal.
    consent_version = models.CharField(_("terms consented to"), max_length=40, blank=True)
    consent_at = models.DateTimeField(_("consented"), null=True, blank=True)
    polls = models.PositiveSmallIntegerField(_("polls"), default=0)
    next_poll_at = models.DateTimeField(_("next poll"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("pay page closes"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["wallet_id", "-created_at"], name="order_wallet"),
            models.Index(fields=["payment_id"], condition=~Q(payment_id=""), name="order_payment"),
            models.Index(
                fields=["next_poll_at"],
                condition=Q(next_poll_at__isnull=False),
                name="order_to_poll",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "idempotency_key"], name="order_key_once"),
            models.UniqueConstraint(
                fields=["wallet_id", "family"],
                condition=Q(state="open"),
                name="order_one_open",
            ),
            models.UniqueConstraint(
                fields=["session_id"], condition=~Q(session_id=""), name="order_session_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, list_minor__gte=F("amount_minor")),
                name="order_amounts",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["topup", "pack"],
                    family__in=["points", "auto"],
                    plan_price=None,
                    points_cp__gt=0,
                )
                | Q(
                    kind__in=["membership", "prepaid"],
                    family="membership",
                    plan_price__isnull=False,
                ),
                name="order_of_one_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.id}"
