"""What is known about a claim before it is decided: the counts behind `accounts.risk`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from disposable_email_domains import blocklist
from django.db.models import Count, Max, Min, Q

from accounts.hashes import mailbox_hash, visit_hashes
from accounts.mailboxes import host_of, is_established, registered_domain
from accounts.models import ClaimVisit, DomainRule, Mailbox, SignUp, User
from accounts.risk import Signals
from accounts.visits import Visit

DOMAIN_YOUNG = timedelta(days=30)
DEVICE_MEMORY = timedelta(days=30)


def signals_of(*, user: User, visit: Visit, day: date, has_paid: bool, now: datetime) -> Signals:
    """Every signal of a claim by `user` on a server day; a handful of indexed counts."""
    hashes = visit_hashes(visit)
    signed_up = SignUp.objects.filter(user_id=user.pk).first()
    host = host_of(user.email)
    verdict = verdict_of(host)
    known = verdict == "allowed" or is_established(host)
    accounts, hosts = (0, 0) if known else _young_domain(registered_domain(host), now)
    on_day = ClaimVisit.objects.filter(day=day).exclude(user_id=user.pk)
    return Signals(
        disposable_domain=verdict != "allowed" and is_disposable(host),
        blocked_domain=verdict == "blocked",
        domain_accounts=accounts,
        domain_hosts=hosts,
        address_accounts=_with_this_one(on_day, address_hash=hashes["address_hash"]),
        subnet_accounts=_with_this_one(on_day, subnet_hash=hashes["subnet_hash"]),
        device_accounts=_on_device(user, hashes["device_hash"], day),
        no_device=hashes["device_hash"] is None,
        over_cap=signed_up is not None and signed_up.over_cap,
        linked_ban=_linked_to_a_ban(user, hashes["device_hash"], signed_up),
        has_paid=has_paid,
    )


def verdict_of(host: str) -> str:
    """The operator's word about a host or anything above it: "allowed", "blocked" or ""."""
    rules = DomainRule.objects.filter(domain__in=list(_above(host)))
    nearest = max(rules, key=lambda rule: len(rule.domain), default=None)
    return nearest.verdict if nearest is not None else ""


def is_disposable(host: str) -> bool:
    """Whether the public list of throw-away mail has the host or anything above it."""
    return any(name in blocklist for name in _above(host))


def other_owner(email: str, user: User) -> bool:
    """Whether the mailbox of an address has had its free points with another account."""
    taken = Mailbox.objects.filter(hash=mailbox_hash(email))
    return taken.exclude(user_id=user.pk).exists()


def _above(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))


def _young_domain(domain: str, now: datetime) -> tuple[int, int]:
    """How many accounts a domain has and how many scattered hosts, in its first 30 days here."""
    known: dict[str, Any] = SignUp.objects.filter(domain=domain).aggregate(
        first=Min("at"), latest=Max("at"), accounts=Count("pk"), hosts=Count("host", distinct=True)
    )
    # Young while people still arrive in its first days; one that came early and stayed is no news.
    if known["first"] is None or known["latest"] - known["first"] > DOMAIN_YOUNG:
        return 0, 0
    scattered = known["hosts"] * 5 >= known["accounts"] * 4
    return known["accounts"], known["hosts"] if scattered else 0


def _with_this_one(claims: Any, **place: bytes | None) -> int:
    [(field, hashed)] = place.items()
    return int(claims.filter(**{field: hashed}).count()) + 1 if hashed is not None else 0


def _on_device(user: User, device: bytes | None, day: date) -> int:
    if device is None:
        return 0
    claimed = ClaimVisit.objects.filter(device_hash=device, day__gt=day - DEVICE_MEMORY)
    signed_up = SignUp.objects.filter(device_hash=device, day__gt=day - DEVICE_MEMORY)
    users = {
        *claimed.values_list("user_id", flat=True),
        *signed_up.values_list("user_id", flat=True),
    }
    return len(users | {user.pk})


def _linked_to_a_ban(user: User, device: bytes | None, signed_up: SignUp | None) -> bool:
    same = Q(mailbox_hash=mailbox_hash(user.email))
    for hashed in (device, signed_up and signed_up.device_hash):
        if hashed is not None:
            same |= Q(device_hash=hashed)
    others = SignUp.objects.filter(same).exclude(user_id=user.pk).values("user_id")[:200]
    return User.objects.filter(pk__in=others, banned_at__isnull=False).exists()
