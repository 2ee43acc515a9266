"""The waiting list, invitations and their mail.

A million applications are at ease: whoever waits has a `place`, a number that only grows, and
`WaitingBlock` counts those who wait in each thousand places. The database keeps it by a trigger.
"""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.waiting import NAME_MAX, STATES

_DRAW_BITS = 62


def new_draw() -> int:
    """A ticket for the draw: people are drawn in the order of these numbers."""
    return secrets.randbits(_DRAW_BITS)


class Application(models.Model):
    """Someone who wants to come in. `token` opens their page and is only ever mailed to them."""

    token = models.UUIDField(_("page"), default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=NAME_MAX, blank=True)
    use = models.CharField(_("use"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=10, default="pending")
    # Given at the confirmation; who confirms again after an invitation that lapsed gets a new one.
    place = models.BigIntegerField(_("place"), null=True, unique=True)
    draw = models.BigIntegerField(_("draw"), default=new_draw)
    applied_at = models.DateTimeField(_("applied"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    invited_at = models.DateTimeField(_("invited"), null=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("waiting list")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="application_state"),
            models.CheckConstraint(
                condition=Q(place__isnull=False) | Q(state="pending"), name="application_place"
            ),
        ]
        indexes = [
            models.Index(fields=["place"], name="waiting_by_place", condition=Q(state="confirmed")),
            models.Index(fields=["draw"], name="waiting_by_draw", condition=Q(state="confirmed")),
            models.Index(
                fields=["use", "place"], name="waiting_by_use", condition=Q(state="confirmed")
            ),
            models.Index(
                fields=["language", "place"],
                name="waiting_by_language",
                condition=Q(state="confirmed"),
            ),
            # What the desk filters by, newest first.
            models.Index(fields=["state", "-id"], name="application_by_state"),
            models.Index(fields=["use", "-id"], name="application_by_use"),
            models.Index(fields=["language", "-id"], name="application_by_language"),
            models.Index(fields=["-applied_at"], name="application_by_day"),
        ]

    def __str__(self) -> str:
        return self.email


class WaitingBlock(models.Model):
    """How many wait with places from 1000 × `block` on, a thousand places long."""

    block = models.BigIntegerField(_("thousand"), primary_key=True)
    waiting = models.IntegerField(_("waiting"))

    class Meta:
        verbose_name = _("waiting, by the thousand")
        verbose_name_plural = _("waiting, by the thousand")

    def __str__(self) -> str:
        return f"{self.waiting} from {self.block}000 on"


class InvitationBatch(models.Model):
    """Who was invited together, by which rule, by whom and why. Append-only.

    `key` names the occasion: the same one again invites nobody more.
    """

    key = models.CharField(_("key"), max_length=80, unique=True)
    way = models.CharField(_("way"), max_length=10)  # rule, hand, code
    rule = models.JSONField(_("rule"), default=dict)
    count = models.PositiveIntegerField(_("invited"))
    actor = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=200)
    created_at = models.DateTimeField(_("when"))
    expires_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("batch of invitations")
        verbose_name_plural = _("batches of invitations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.key


class Invitation(models.Model):
    """Lets `seats` sign-ups through until `expires_at`: one, bound to an address, or a code's."""

    batch = models.ForeignKey(InvitationBatch, models.PROTECT, related_name="invitations")
    application = models.ForeignKey(
        Application, models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
    token = models.CharField(_("code"), max_length=64, unique=True)
    seats = models.PositiveIntegerField(_("sign-ups"), default=1)
    used = models.PositiveIntegerField(_("used"), default=0)
    expires_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("seats")), name="invitation_seats")
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="invitation_unused", condition=Q(used=0))
        ]

    def __str__(self) -> str:
        return f"{self.token[:4]}…"


class Admission(models.Model):
    """Who came in by which invitation. Append-only."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="admission")
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="admissions")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"admission {self.pk}"


class DoorMail(models.Model):
    """A mail to someone who has no account, waiting to go out; erased a week after it went."""

    kind = models.CharField(_("kind"), max_length=20)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10)
    facts = models.JSONField(_("facts"), default=dict)
    created_at = models.DateTimeField(_("created"))
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    class Meta:
        verbose_name = _("mail of the door")
        verbose_name_plural = _("mails of the door")
        indexes = [
            models.Index(fields=["id"], name="door_mail_waiting", condition=Q(mailed_at=None)),
            models.Index(fields=["email", "-created_at"], name="door_mail_of_address"),
            models.Index(fields=["mailed_at"], name="door_mail_gone"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
