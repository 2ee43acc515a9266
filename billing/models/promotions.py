"""Discounts on the first period of a membership, and who has had one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.approval import Approved


class Promotion(Approved):
    """A discount between two instants. Published ones are never edited, only ended early.

    Empty `plans` or `periods` mean all of them; an empty `code` applies by itself. The budgets
    count everyone's redemptions, reserved ones included.
    """

    name = models.SlugField(_("name"), max_length=40, unique=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=[("percent", "%"), ("amount", "−")])
    value = models.BigIntegerField(_("percent, or minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    plans = ArrayField(
        models.CharField(max_length=40), verbose_name=_("plans"), default=list, blank=True
    )
    periods = ArrayField(
        models.CharField(max_length=10), verbose_name=_("periods"), default=list, blank=True
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    ended_early_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    redemptions_max = models.PositiveIntegerField(_("redemptions at most"), null=True, blank=True)
    budget_minor = models.BigIntegerField(_("budget, minor units"), null=True, blank=True)

    class Meta(Approved.Meta):
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-starts_at"]
        constraints = [
            *Approved.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="promotion_code_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="percent", value__range=(1, 100)) | Q(kind="amount", value__gt=0),
                name="promotion_value",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="promotion_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Redemption(models.Model):
    """One person's use of a promotion: reserved by an open order, used when it is paid."""

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="redemptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    order = models.OneToOneField("billing.Order", models.PROTECT, related_name="redemption")
    discount_minor = models.BigIntegerField(_("discount, minor units"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("reserved", _("reserved")), ("used", _("used")), ("let_go", _("let go"))],
    )
    card_fingerprint = models.CharField(_("card"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "user"],
                condition=~Q(state="let_go"),
                name="redemption_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["promotion", "card_fingerprint"],
                condition=Q(state="used") & ~Q(card_fingerprint=""),
                name="redemption_once_a_card",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion} by {self.user_id}"
