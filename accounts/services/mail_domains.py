"""The operator's word about a mail domain: set and taken back, with a reason."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.mailboxes import host_of
from accounts.models import DomainRule, User

VERDICTS = ("allowed", "blocked")
_DOMAIN = re.compile(r"(?=.{3,255}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")


@transaction.atomic(durable=True)
def set_rule(*, domain: str, verdict: str, note: str, staff: User, now: datetime) -> DomainRule:
    """Allow or block a domain and everything below it; a rule that is there is replaced.

    Raises InvalidRequest for what is no domain, an unknown verdict, or no reason.
    """
    host = host_of(f"@{domain}")
    if not _DOMAIN.fullmatch(host):
        raise InvalidRequest(_("Write a domain, such as example.com."), fields={"domain": "none"})
    if verdict not in VERDICTS:
        raise InvalidRequest(_("Choose a verdict."), fields={"verdict": "unknown"})
    if not note.strip():
        raise InvalidRequest(_("Give a reason."), fields={"note": "missing"})
    rule, _new = DomainRule.objects.update_or_create(
        domain=host,
        defaults={"verdict": verdict, "note": note.strip()[:200], "set_by": staff, "set_at": now},
    )
    return rule


@transaction.atomic(durable=True)
def remove_rule(*, rule_id: int) -> None:
    """Take a rule back: the domain is judged like any other. Raises NotFound."""
    if not DomainRule.objects.filter(pk=rule_id).delete()[0]:
        raise NotFound(_("This rule is gone."))
