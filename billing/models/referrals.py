"""Invitations among users: a link each, who came by it, and what became of the reward."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.orders import Order

STATES = [
    ("joined", _("signed up")),
    ("pending", _("paid, waits")),
    ("review", _("to be looked at")),
    ("earned", _("earned")),
    ("capped", _("friend's part alone: the month was full")),
    ("canceled", _("canceled")),
]
SETTLED = ("earned", "capped", "canceled")


class ReferralLink(models.Model):
    """A user's invitation link. Its code is no secret: it is made to be passed on."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=16, unique=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("invitation link")
        verbose_name_plural = _("invitation links")

    def __str__(self) -> str:
        return self.code


class Referral(models.Model):
    """`friend` came by the link of `referrer`: bound once, at the sign-up, never changed.

    Terms are those of that day, points in hundredths. `order` is the friend's first payment and
    `due_at` the instant the reward waits for. `cause` says why it was canceled, capped or is being
    looked at.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referrer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="referrals")
    friend = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="referred_by"
    )
    referrer_cp = models.BigIntegerField(_("for who invited, hundredths"))
    friend_cp = models.BigIntegerField(_("for the friend, hundredths"))
    lot_days = models.PositiveSmallIntegerField(_("days the points live"))
    delay_days = models.PositiveSmallIntegerField(_("days of delay"))
    bound_at = models.DateTimeField(_("signed up"))
    state = models.CharField(_("state"), max_length=8, choices=STATES, default="joined")
    cause = models.CharField(_("cause"), max_length=60, blank=True)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment")
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    review_reason = models.CharField(_("what was decided, and why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-bound_at"]
        indexes = [
            models.Index(fields=["referrer", "-bound_at"], name="referral_of_referrer"),
            models.Index(fields=["due_at"], condition=Q(state="pending"), name="referral_due"),
            models.Index(fields=["bound_at"], condition=Q(state="joined"), name="referral_joined"),
            models.Index(fields=["due_at"], condition=Q(state="review"), name="referral_review"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(referrer=F("friend")), name="referral_of_two_people"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=SETTLED) & Q(settled_at__isnull=False))
                | (~Q(state__in=SETTLED) & Q(settled_at=None)),
                name="referral_settled_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["joined", "canceled"])
                | Q(order__isnull=False, due_at__isnull=False),
                name="referral_waits_for_an_order",
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"
