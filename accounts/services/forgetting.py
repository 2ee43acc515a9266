"""Forgetting: when each trace that guards the free points ends. The dates are in docs/abuse.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from accounts.models import (
    ApiKey,
    ClaimVisit,
    DomainRule,
    Mailbox,
    MailCode,
    PassedCheck,
    Review,
    SignUp,
)

_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class End:
    """Rows of a table go so long after an instant of theirs; with `empty`, only those columns."""

    of: str
    model: type[models.Model]
    since: str
    after: timedelta
    empty: tuple[str, ...] = ()


ENDS = (
    End("claim visits", ClaimVisit, "day", timedelta(days=30)),
    End(
        "origins of sign-ups",
        SignUp,
        "at",
        timedelta(days=90),
        empty=("address_hash", "subnet_hash", "device_hash"),
    ),
    End("sign-ups", SignUp, "at", timedelta(days=365)),
    End("mailboxes", Mailbox, "seen_at", timedelta(days=365)),
    End(
        "addresses of keys",
        ApiKey,
        "last_used_at",
        timedelta(days=90),
        empty=("last_used_address",),
    ),
    End("reviews", Review, "closed_at", timedelta(days=365)),
    End("reviews nobody closed", Review, "opened_at", timedelta(days=730)),
    End("mailed codes", MailCode, "sent_at", timedelta(days=1)),
    End("passed checks", PassedCheck, "until", timedelta(0)),
)
# Not about anybody: what the operator says of a mail domain, until it is taken back.
NO_END: tuple[type[models.Model], ...] = (DomainRule,)


def forget(*, now: datetime) -> dict[str, int]:
    """Delete or empty what is too old, in short transactions; how many of each."""
    return {end.of: _apply(end, now) for end in ENDS}


def _apply(end: End, now: datetime) -> int:
    before: Any = now - end.after
    if end.model._meta.get_field(end.since).get_internal_type() == "DateField":
        before = before.date()
    rows = end.model._default_manager.filter(**{f"{end.since}__lt": before})
    if end.empty:
        left = Q()
        for column in end.empty:
            left |= Q(**{f"{column}__isnull": False})
        return _in_portions(rows.filter(left), end)
    return _in_portions(rows, end)


def _in_portions(rows: models.QuerySet[Any], end: End) -> int:
    """A million rows at once would hold their locks for minutes."""
    total = 0
    while True:
        with transaction.atomic(durable=True):
            ids = list(rows.order_by().values_list("pk", flat=True)[:_AT_ONCE])
            if not ids:
                return total
            some = end.model._default_manager.filter(pk__in=ids)
            total += some.update(**dict.fromkeys(end.empty)) if end.empty else some.delete()[0]
