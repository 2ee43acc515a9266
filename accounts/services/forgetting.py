"""Forgetting: when each trace that guards the free points ends. The dates are in docs/abuse.md."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import (
    ApiKey,
    ClaimVisit,
    Mailbox,
    MailCode,
    PassedCheck,
    Review,
    SignUp,
)

CLAIM_VISITS = timedelta(days=30)
SIGN_UP_ORIGINS = timedelta(days=90)
SIGN_UPS = timedelta(days=365)
MAILBOXES = timedelta(days=365)
KEY_ADDRESSES = timedelta(days=90)
CLOSED_REVIEWS = timedelta(days=365)
MAIL_CODES = timedelta(days=1)
_AT_ONCE = 10_000


def forget(*, now: datetime) -> dict[str, int]:
    """Delete or empty what is too old, in short transactions; how many of each."""
    today = now.date()
    old_origins = SignUp.objects.filter(at__lt=now - SIGN_UP_ORIGINS).exclude(
        address_hash=None, subnet_hash=None, device_hash=None
    )
    nothing = {"address_hash": None, "subnet_hash": None, "device_hash": None}
    return {
        "claim visits": _delete(ClaimVisit.objects.filter(day__lt=today - CLAIM_VISITS)),
        "origins of sign-ups": _update(old_origins, **nothing),
        "sign-ups": _delete(SignUp.objects.filter(at__lt=now - SIGN_UPS)),
        "mailboxes": _delete(Mailbox.objects.filter(seen_at__lt=now - MAILBOXES)),
        "addresses of keys": _update(
            ApiKey.objects.filter(last_used_at__lt=now - KEY_ADDRESSES).exclude(
                last_used_address=None
            ),
            last_used_address=None,
        ),
        "reviews": _delete(Review.objects.filter(closed_at__lt=now - CLOSED_REVIEWS)),
        "mailed codes": _delete(MailCode.objects.filter(sent_at__lt=now - MAIL_CODES)),
        "passed checks": _delete(PassedCheck.objects.filter(until__lt=now)),
    }


def _delete(rows: object) -> int:
    return _in_portions(rows, lambda some: some.delete()[0])


def _update(rows: object, **values: object) -> int:
    return _in_portions(rows, lambda some: some.update(**values))


def _in_portions(rows: object, act: object) -> int:
    """A million rows at once would hold their locks for minutes."""
    queryset: object = rows
    total = 0
    while True:
        with transaction.atomic(durable=True):
            ids = list(queryset.order_by().values_list("pk", flat=True)[:_AT_ONCE])  # type: ignore[attr-defined]
            if not ids:
                return total
            total += act(queryset.model.objects.filter(pk__in=ids))  # type: ignore[attr-defined,operator]
