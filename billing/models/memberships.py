"""Who is on which plan, for which paid periods, and the lots each period gives."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.catalogue import Plan, PlanPrice


class Membership(models.Model):
    """A wallet on a plan. The state of a card membership mirrors Stripe's subscription."""

    wallet_id = models.BigIntegerField(_("wallet"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=[("card", _("card")), ("prepaid", _("prepaid")), ("gift", _("gift"))],
    )
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=[("active", _("active")), ("past_due", _("past due")), ("ended", _("ended"))],
    )
    plan_price = models.ForeignKey(PlanPrice, models.PROTECT, related_name="+")
    subscription_id = models.CharField(_("subscription"), max_length=255, blank=True)
    current_period_start_at = models.DateTimeField(_("period began"))
    current_period_end_at = models.DateTimeField(_("period ends"))
    cancel_at = models.DateTimeField(_("cancels"), null=True, blank=True)
    paused = models.BooleanField(_("collection paused"), default=False)
    next_plan_price = models.ForeignKey(
        PlanPrice, models.PROTECT, null=True, blank=True, related_name="+"
    )
    schedule_id = models.CharField(_("schedule"), max_length=255, blank=True)
    # The instant the mirrored state was asked for: an older answer never overwrites a newer one.
    mirrored_at = models.DateTimeField(_("mirrored"))
    started_at = models.DateTimeField(_("started"))
    # Why staff gave it, or why it was ended otherwise than by its member.
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["wallet_id"], condition=~Q(status="ended"), name="membership_one_live"
            ),
            models.UniqueConstraint(
                fields=["subscription_id"],
                condition=~Q(subscription_id=""),
                name="membership_subscription_once",
            ),
            models.CheckConstraint(
                condition=Q(status="ended", ended_at__isnull=False)
                | (~Q(status="ended") & Q(ended_at=None)),
                name="membership_ended_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk} of wallet {self.wallet_id}"


class MembershipPeriod(models.Model):
    """A stretch that was paid for, once: `key` is the business key. It gives perks and lots.

    Perks run from `starts_at` to `perks_until`; an upgrade ends them early. The lots stay.
    """

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="periods")
    wallet_id = models.BigIntegerField(_("wallet"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    key = models.CharField(_("business key"), max_length=200, unique=True)
    months = models.PositiveSmallIntegerField(_("months"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    perks_until = models.DateTimeField(_("perks until"))
    amount_minor = models.BigIntegerField(_("paid, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    invoice_id = models.CharField(_("invoice"), max_length=255, blank=True)
    payment_id = models.CharField(_("payment"), max_length=255, blank=True)
    # While its payment is disputed no further month is given.
    disputed_at = models.DateTimeField(_("disputed"), null=True, blank=True)
    # Its money went back: its perks are over.
    given_back_at = models.DateTimeField(_("given back"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("membership period")
        verbose_name_plural = _("membership periods")
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["wallet_id", "perks_until"], name="period_wallet"),
            models.Index(fields=["payment_id"], condition=~Q(payment_id=""), name="period_payment"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), months__gt=0), name="period_ends_later"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ScheduledLot(models.Model):
    """One month's points of a period, given when the month begins. Times are the lot's own.

    `withdrawn_cp` of them are not given: their money went back first.
    """

    period = models.ForeignKey(MembershipPeriod, models.PROTECT, related_name="scheduled_lots")
    wallet_id = models.BigIntegerField(_("wallet"))
    number = models.PositiveSmallIntegerField(_("month"))
    amount_cp = models.BigIntegerField(_("points, hundredths"))
    withdrawn_cp = models.BigIntegerField(_("not given, hundredths"), default=0)
    starts_at = models.DateTimeField(_("starts"))
    expires_at = models.DateTimeField(_("expires"))
    granted_at = models.DateTimeField(_("granted"), null=True, blank=True)
    transaction_id = models.BigIntegerField(_("ledger transaction"), null=True, blank=True)

    class Meta:
        verbose_name = _("scheduled lot")
        verbose_name_plural = _("scheduled lots")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(
                fields=["starts_at"], condition=Q(granted_at=None), name="scheduled_lot_due"
            ),
            models.Index(fields=["wallet_id", "starts_at"], name="scheduled_lot_wallet"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "number"], name="scheduled_lot_once"),
            models.CheckConstraint(
                condition=Q(amount_cp__gt=0, expires_at__gt=F("starts_at")),
                name="scheduled_lot_lives",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_cp__gte=0, withdrawn_cp__lte=F("amount_cp")),
                name="scheduled_lot_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"month {self.number} of {self.period_id}"


class MembershipChange(models.Model):
    """What a member or staff asked for: written before Stripe is called, closed with the answer."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="changes")
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[
            ("now", _("change now")),
            ("renewal", _("change at renewal")),
            ("cancel", _("cancel at period end")),
            ("resume", _("resume")),
            ("end", _("end at once")),
        ],
    )
    plan_price = models.ForeignKey(
        PlanPrice, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[("begun", _("begun")), ("done", _("done")), ("failed", _("failed"))],
    )
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership change")
        verbose_name_plural = _("membership changes")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(state="begun"), name="change_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of membership {self.membership_id}"
