"""Applying, confirming, leaving. What an applicant is told on the page never depends on who is
known here: the mail alone does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, RegistrationClosed
from accounts.models import Application, DoorMail, User
from accounts.selectors.registration import registration
from accounts.selectors.waiting_list import application_of, live_invitation
from accounts.services.doorbell import ring_after_commit
from accounts.waiting import NAME_MAX, USES

# The same mail to the same address comes once in this time, however often it is asked for.
QUIET = timedelta(minutes=10)
UNCONFIRMED_KEPT = timedelta(days=30)
MAIL_KEPT = timedelta(days=7)
_LAPSED_AT_ONCE = 1000


@transaction.atomic(durable=True)
def apply(*, email: str, name: str, use: str, language: str, now: datetime) -> None:
    """Put someone on the list, or remind them by mail that they are on it or have an account.

    Raises InvalidRequest for an input that cannot be, RegistrationClosed unless there is a waiting
    list now. The three cases look alike from outside.
    """
    address = _clean(email, name, use, language)
    if registration(now=now).state != "waitlist":
        raise RegistrationClosed(_("There is no waiting list at the moment."))
    known = (
        User.objects.filter(email=address).exists()
        or EmailAddress.objects.filter(email=address).exists()
    )
    if known:
        queue_mail(kind="account", email=address, language=language, facts={}, now=now)
        return
    application, _made = Application.objects.get_or_create(
        email=address,
        defaults={"name": name.strip(), "use": use, "language": language, "applied_at": now},
    )
    invitation = live_invitation(application, now=now)
    if application.state == "invited" and invitation is not None:
        invite_mail(application, invitation.token, invitation.expires_at, now=now)
        return
    queue_mail(
        kind="confirm" if application.state in ("pending", "lapsed", "invited") else "waiting",
        email=address,
        language=application.language,
        facts={"token": str(application.token)},
        now=now,
    )


@transaction.atomic(durable=True)
def confirm(*, token: UUID, now: datetime) -> Application:
    """Give someone who followed the mailed link a place. A second time changes nothing.

    Raises NotFound.
    """
    application = Application.objects.select_for_update().get(pk=application_of(token).pk)
    if application.state == "invited" and live_invitation(application, now=now) is None:
        application.state = "lapsed"
    if application.state not in ("pending", "lapsed"):
        return application
    with connection.cursor() as cursor:
        cursor.execute("select nextval('accounts_waiting_place')")
        application.place = cursor.fetchone()[0]
    application.state, application.confirmed_at = "confirmed", now
    application.save(update_fields=["state", "place", "confirmed_at"])
    queue_mail(
        kind="confirmed",
        email=application.email,
        language=application.language,
        facts={"token": str(application.token)},
        now=now,
    )
    return application


@transaction.atomic(durable=True)
def leave(*, token: UUID) -> None:
    """Take someone off the list and erase what they wrote. Raises NotFound."""
    application = application_of(token)
    DoorMail.objects.filter(email=application.email).delete()
    application.delete()


@transaction.atomic(durable=True)
def tidy(*, now: datetime) -> int:
    """Lapse invitations nobody used; forget who never confirmed, and mails that went. How many."""
    lapsed = list(
        Application.objects.filter(
            state="invited", invitations__used=0, invitations__expires_at__lte=now
        )
        .exclude(invitations__expires_at__gt=now)
        .values_list("pk", flat=True)[:_LAPSED_AT_ONCE]
    )
    Application.objects.filter(pk__in=lapsed, state="invited").update(state="lapsed")
    Application.objects.filter(state="pending", applied_at__lt=now - UNCONFIRMED_KEPT).delete()
    DoorMail.objects.filter(mailed_at__lt=now - MAIL_KEPT).delete()
    return len(lapsed)


def queue_mail(
    *, kind: str, email: str, language: str, facts: dict[str, object], now: datetime
) -> None:
    """Let a mail go out, unless the same one went a moment ago. A step."""
    lately = DoorMail.objects.filter(email=email, kind=kind, created_at__gt=now - QUIET)
    if lately.exists():
        return
    DoorMail.objects.create(kind=kind, email=email, language=language, facts=facts, created_at=now)
    ring_after_commit("accounts.door_mail")


def invite_mail(
    application: Application, token: str, expires_at: datetime, *, now: datetime
) -> None:
    """Mail an invitation once more. A step."""
    queue_mail(
        kind="invitation",
        email=application.email,
        language=application.language,
        facts={"token": token, "until": expires_at.isoformat()},
        now=now,
    )


def _clean(email: str, name: str, use: str, language: str) -> str:
    fields: dict[str, str] = {}
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        fields["email"] = _("Enter an e-mail address.")
    if len(address) > 254:
        fields["email"] = _("Enter an e-mail address.")
    if len(name.strip()) > NAME_MAX or not name.isprintable():
        fields["name"] = _("At most 80 characters.")
    if use not in USES:
        fields["use"] = _("Choose one of the list.")
    if language not in dict(settings.LANGUAGES):
        fields["language"] = _("Choose one of the list.")
    if fields:
        raise InvalidRequest(_("Please look at the fields again."), fields=fields)
    return address
