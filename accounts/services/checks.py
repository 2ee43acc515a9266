"""Passing a step of the ladder: a captcha, a mailed code, a person's word."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import CodeWrong
from accounts.hashes import keyed_hash
from accounts.models import MailCode, PassedCheck, User
from accounts.risk import Step

# How long a step counts.
COUNTS: dict[Step, timedelta] = {
    "captcha": timedelta(days=7),
    "mail_code": timedelta(days=30),
    "card": timedelta(days=183),
}
CODE_LIFETIME = timedelta(minutes=15)
CODE_TRIES_MAX = 5
CODE_PAUSE = timedelta(minutes=1)


@transaction.atomic(durable=True)
def captcha_passed(*, user: User, now: datetime) -> None:
    """A captcha was solved; who verified the answer calls this."""
    note_passed(user=user, step="captcha", now=now)


def send_code(*, user: User, now: datetime) -> None:
    """Mail a fresh code. Raises CodeWrong when one was mailed within the last minute."""
    code = f"{secrets.randbelow(10**6):06d}"
    _keep_code(user, code, now)
    # After the commit: no mail server inside a transaction.
    send_mail(
        _("Your code for today's points"),
        _("Your code: %(code)s\n\nIt works for 15 minutes.") % {"code": code},
        None,
        [user.email],
    )


def enter_code(*, user: User, code: str, now: datetime) -> None:
    """Pass the step with the mailed code. Raises CodeWrong."""
    if not _code_fits(user, code, now):
        raise CodeWrong(
            _("This is not the code, or it is too old."), fields={"code": "not the mailed code"}
        )


def note_passed(*, user: User, step: Step, now: datetime) -> None:
    """A step counts from now on. A step of a use case."""
    PassedCheck.objects.bulk_create(
        [PassedCheck(user=user, step=step, until=now + COUNTS[step])],
        update_conflicts=True,
        unique_fields=["user", "step"],
        update_fields=["until"],
    )


@transaction.atomic(durable=True)
def _keep_code(user: User, code: str, now: datetime) -> None:
    User.objects.select_for_update().get(pk=user.pk)
    if MailCode.objects.filter(user=user, sent_at__gt=now - CODE_PAUSE).exists():
        raise CodeWrong(
            _("A code is on its way. Wait a minute before you ask for another."),
            fields={"code": "just sent"},
        )
    MailCode.objects.update_or_create(
        user=user, defaults={"code_hash": _hashed(user, code), "sent_at": now, "tries": 0}
    )


@transaction.atomic(durable=True)
def _code_fits(user: User, code: str, now: datetime) -> bool:
    """Whether the code fits; a wrong one is counted, and the fifth is the last."""
    sent = MailCode.objects.select_for_update().filter(user=user).first()
    if sent is None or sent.tries >= CODE_TRIES_MAX or now - sent.sent_at > CODE_LIFETIME:
        return False
    if not hmac.compare_digest(bytes(sent.code_hash), _hashed(user, code.strip())):
        MailCode.objects.filter(pk=sent.pk).update(tries=F("tries") + 1)
        return False
    sent.delete()
    note_passed(user=user, step="mail_code", now=now)
    return True


def _hashed(user: User, code: str) -> bytes:
    return keyed_hash("mail code", f"{user.pk}:{code}")
