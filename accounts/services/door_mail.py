"""The words of the door's mails, in the language someone applied in, and sending them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.utils import formats, translation
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import DoorMail
from accounts.selectors.waiting_list import application_of, position

log = logging.getLogger(__name__)


def send_door_mail(*, now: datetime, limit: int = 500) -> int:
    """Send what waits, oldest first; how many went. A dead mail server leaves the rest."""
    sent = 0
    for mail in DoorMail.objects.filter(mailed_at=None).order_by("id")[:limit]:
        # Marked first: a mail lost in a crash can be asked for again, one sent twice alarms.
        if not DoorMail.objects.filter(pk=mail.pk, mailed_at=None).update(mailed_at=now):
            continue
        with translation.override(mail.language):
            subject, text = _WORDS[mail.kind](mail.facts)
            text = f"{text}\n\n{_('Inkling: pictures and video by the point.')}\n"
        try:
            send_mail(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", text, None, [mail.email])
        except (SMTPException, OSError) as error:
            DoorMail.objects.filter(pk=mail.pk).update(mailed_at=None)
            log.warning("mail of the door %s not sent: %s", mail.pk, error)
            break
        sent += 1
    return sent


def _page(facts: dict[str, Any]) -> str:
    return f"{settings.PUBLIC_URL}/waitlist/{facts['token']}/"


def _confirm(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("Confirm your place in the waiting list"),
        _(
            "Open this page and press the button, and you are on the list:\n\n%(link)s\n\n"
            "If you did not apply, do nothing: what was written is erased after 30 days."
        )
        % {"link": _page(facts)},
    )


def _confirmed(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("You are on the waiting list"),
        _("Your place is number %(place)s. It is always shown here:\n\n%(link)s")
        % {"place": _place(facts), "link": _page(facts)},
    )


def _waiting(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("You are on the waiting list already"),
        _("Your place is number %(place)s. It is always shown here:\n\n%(link)s")
        % {"place": _place(facts), "link": _page(facts)},
    )


def _account(facts: dict[str, Any]) -> tuple[str, str]:
    return (
        _("You have an account already"),
        _(
            "Someone asked for a place in the waiting list with this address. You have an account "
            "and need none: %(link)s\n\nIf it was not you, do nothing."
        )
        % {"link": f"{settings.PUBLIC_URL}/account/login/"},
    )


def _invitation(facts: dict[str, Any]) -> tuple[str, str]:
    until = datetime.fromisoformat(facts["until"])
    return (
        _("Your invitation"),
        _("You can sign up now, with this address, until %(until)s (UTC):\n\n%(link)s")
        % {
            "until": formats.date_format(until, "DATETIME_FORMAT"),
            "link": f"{settings.PUBLIC_URL}/invitation/{facts['token']}/",
        },
    )


def _place(facts: dict[str, Any]) -> str:
    try:
        place = position(application_of(facts["token"]))
    except NotFound:
        place = None
    return str(place) if place is not None else "–"


_WORDS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "confirm": _confirm,
    "confirmed": _confirmed,
    "waiting": _waiting,
    "account": _account,
    "invitation": _invitation,
}
