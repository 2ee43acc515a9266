"""Accounts that have something in common with one: a mailbox, a device, an address."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.hashes import mailbox_hash
from accounts.models import ClaimVisit, SignUp, User

# Behind a busy address sit people who share nothing else.
ADDRESS_ACCOUNTS_MAX = 25
_MOST = 200


@dataclass(frozen=True, slots=True)
class Linked:
    """Another account, and by what it is linked: "mailbox", "device", "address"."""

    user: User
    by: tuple[str, ...]


def linked_accounts(user: User) -> list[Linked]:
    """Accounts linked to a user, the strongest links first, 200 at most."""
    links: dict[UUID, set[str]] = {}
    mailbox = mailbox_hash(user.email)
    _add(links, "mailbox", SignUp.objects.filter(mailbox_hash=mailbox))
    for field, name in (("device_hash", "device"), ("address_hash", "address")):
        hashes = _hashes(user, field)
        if not hashes:
            continue
        same = Q(**{f"{field}__in": hashes})
        found: dict[UUID, set[str]] = {}
        _add(found, name, SignUp.objects.filter(same))
        _add(found, name, ClaimVisit.objects.filter(same))
        if name == "device" or len(found) <= ADDRESS_ACCOUNTS_MAX:
            for other, by in found.items():
                links.setdefault(other, set()).update(by)
    links.pop(user.pk, None)
    order = ("mailbox", "device", "address")
    users = User.objects.in_bulk(list(links)[:_MOST])
    named = [
        Linked(users[other], tuple(name for name in order if name in by))
        for other, by in links.items()
        if other in users
    ]
    return sorted(named, key=lambda linked: [name not in linked.by for name in order])


def _hashes(user: User, field: str) -> list[bytes]:
    hashes: set[bytes] = set()
    for model in (SignUp, ClaimVisit):
        rows = model.objects.filter(user_id=user.pk).exclude(**{field: None})
        hashes |= {bytes(value) for value in rows.values_list(field, flat=True)}
    return list(hashes)


def _add(links: dict[UUID, set[str]], name: str, rows: object) -> None:
    for other in rows.values_list("user_id", flat=True).distinct()[:_MOST]:  # type: ignore[attr-defined]
        links.setdefault(other, set()).add(name)
