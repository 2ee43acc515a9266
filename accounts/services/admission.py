"""Letting one sign-up through the door. A step of the transaction that makes the user."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import RegistrationClosed
from accounts.models import Admission, Application, Invitation, User
from accounts.selectors.registration import registration
from accounts.selectors.waiting_list import invitation_of


def admit(*, user: User, token: str, now: datetime) -> None:
    """Let a user in who was just made: freely while the door is open, else by an invitation.

    Each seat of an invitation is used once, also by sign-ups at the same moment. Raises
    RegistrationClosed; the caller's transaction then makes no user.
    """
    state = registration(now=now).state
    if state == "open":
        return
    if state == "closed":
        raise RegistrationClosed(_("Sign-up is closed for now."))
    invitation = invitation_of(token, now=now) if token else None
    if invitation is None:
        raise RegistrationClosed(_("This invitation is used or over."))
    person = invitation.application
    if person is not None and person.email != user.email.lower():
        raise RegistrationClosed(_("This invitation is for another e-mail address."))
    seat = Invitation.objects.filter(pk=invitation.pk, used__lt=F("seats"), expires_at__gt=now)
    if not seat.update(used=F("used") + 1):
        raise RegistrationClosed(_("This invitation is used or over."))
    Admission.objects.create(user=user, invitation=invitation, at=now)
    if person is not None:
        Application.objects.filter(pk=person.pk).update(state="joined")
    else:
        # Who waited and came in by a code waits no more.
        Application.objects.filter(email=user.email.lower(), state="confirmed").update(
            state="joined"
        )
