"""Who may spend from another's wallet, and how much."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ROLES = ("owner", "manager", "member")


class Team(models.Model):
    """Seats around the wallet of its owner, whose plan says how many there are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team"
    )
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """One person in a team; whoever has left keeps the row, and the jobs that name it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats"
    )
    role = models.CharField(_("role"), max_length=10)
    daily_cap_cp = models.BigIntegerField(_("most points a day, hundredths"), null=True)
    monthly_cap_cp = models.BigIntegerField(_("most points a month, hundredths"), null=True)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["joined_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], condition=Q(left_at=None), name="seat_one_a_person"
            ),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="seat_role_known"),
            models.CheckConstraint(
                condition=Q(daily_cap_cp__gte=0) & Q(monthly_cap_cp__gte=0),
                name="seat_caps_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.team_id}"


class SeatInvitation(models.Model):
    """A seat that is offered to an address. Its link is signed, so that none is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(_("language"), max_length=10)
    # What the client sent with the last offer, so that a repeat offers and mails nothing anew.
    idempotency_key = models.CharField(
        _("idempotency key"), max_length=255, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("invitation to a team")
        verbose_name_plural = _("invitations to teams")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="seat_invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(role__in=("manager", "member")), name="seat_invitation_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.team_id} for {self.email}"
