"""Versions of the rules: imported as a whole, published with a reason, in force until the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from generation.models import ListedRule, RuleList
from generation.moderation import starter
from generation.moderation.lists import Fault, read_rules
from generation.moderation.matching import RuleBook
from generation.moderation.types import Rule

_STARTER = RuleBook(starter.RULES, starter.VERSION)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, or what is wrong with its file. Names are ids of rules."""

    rules: tuple[Rule, ...]
    faults: tuple[Fault, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def book() -> RuleBook:
    """The rules in force: the list published last, the starter list when none was."""
    latest = (
        RuleList.objects.filter(published_at__isnull=False)
        .order_by("-published_at", "-version")
        .values_list("id", "version")
        .first()
    )
    return _book(*latest) if latest else _STARTER


@lru_cache(maxsize=4)
def _book(list_id: int, version: int) -> RuleBook:
    # A version never changes, so that a process reads it once.
    rows = ListedRule.objects.filter(list_id=list_id)
    return RuleBook([row.as_rule() for row in rows], version)


def preview_rules(data: bytes) -> Preview:
    """Read a CSV file and compare it with what is in force. Writes nothing."""
    read = read_rules(data)
    before = {rule.id: rule for rule in book().rules}
    after = {rule.id: rule for rule in read.rules}
    return Preview(
        rules=read.rules,
        faults=read.faults,
        added=tuple(name for name in after if name not in before),
        changed=tuple(name for name in after if name in before and after[name] != before[name]),
        removed=tuple(name for name in before if name not in after),
    )


@transaction.atomic(durable=True)
def import_rules(*, data: bytes, note: str, by: User | None, now: datetime) -> RuleList:
    """Keep a file as a new version, not in force yet. Raises InvalidRequest, naming every line."""
    read = read_rules(data)
    if read.faults:
        raise InvalidRequest(
            "\n".join(str(fault) for fault in read.faults), fields={"file": str(read.faults[0])}
        )
    newest = RuleList.objects.select_for_update().order_by("-version").first()
    made = RuleList.objects.create(
        version=(newest.version if newest else starter.VERSION) + 1,
        note=note[:200],
        made_by=by,
        made_at=now,
    )
    ListedRule.objects.bulk_create(
        [
            ListedRule(
                list=made,
                rule_id=rule.id,
                pattern="|".join(rule.patterns),
                category=rule.category,
                action=rule.action,
                near="|".join(rule.near),
                scope=rule.scope,
                note=rule.note,
            )
            for rule in read.rules
        ],
        batch_size=5000,
    )
    return made


@transaction.atomic(durable=True)
def publish_rules(*, version: int, reason: str, by: User | None, now: datetime) -> RuleList:
    """Put a version in force at once, also an earlier one again.

    An earlier one comes back as a new version, so that the record of what was in force stays true.
    Raises NotFound, InvalidRequest without a reason.
    """
    if not reason.strip():
        raise InvalidRequest(_("Say why."), fields={"reason": "missing"})
    chosen = RuleList.objects.select_for_update().filter(version=version).first()
    if chosen is None:
        raise NotFound(_("No such list."))
    if chosen.published_at is not None:
        chosen = _copied(chosen, by, now)
    chosen.published_by, chosen.published_at, chosen.reason = by, now, reason.strip()[:200]
    chosen.save(update_fields=["published_by", "published_at", "reason"])
    return chosen


def _copied(old: RuleList, by: User | None, now: datetime) -> RuleList:
    newest = RuleList.objects.aggregate(version=Max("version"))["version"]
    made = RuleList.objects.create(
        version=newest + 1, note=f"version {old.version} again", made_by=by, made_at=now
    )
    rows = list(old.rules.all())
    for row in rows:
        row.pk, row.list = None, made
    ListedRule.objects.bulk_create(rows, batch_size=5000)
    return made
