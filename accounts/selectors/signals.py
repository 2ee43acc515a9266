"""What is known about a claim before it is decided: the counts behind `accounts.risk`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from disposable_email_domains import blocklist
from django.db import connection
from django.db.models import Count, Max, Min

from accounts.hashes import mailbox_hash, visit_hashes
from accounts.mailboxes import host_of, is_established, registered_domain
from accounts.models import DomainRule, SignUp, User
from accounts.risk import Signals
from accounts.visits import Visit

DOMAIN_YOUNG = timedelta(days=30)
DEVICE_MEMORY = timedelta(days=30)


# Every count of a claim in one round trip, each by an index of its own. Null hashes match nothing.
_COUNTS = """
with own as (select device_hash, over_cap from accounts_signup where user_id = %(user)s)
select
  (select count(*) from accounts_claimvisit
    where day = %(day)s and address_hash = %(address_hash)s and user_id <> %(user)s),
  (select count(*) from accounts_claimvisit
    where day = %(day)s and subnet_hash = %(subnet_hash)s and user_id <> %(user)s),
  (select count(*) from (
    select user_id from accounts_claimvisit
      where device_hash = %(device_hash)s and day > %(device_since)s
    union
    select user_id from accounts_signup
      where device_hash = %(device_hash)s and day > %(device_since)s
  ) as there where user_id <> %(user)s),
  coalesce((select over_cap from own), false),
  exists (select from accounts_user where banned_at is not null and id in (
    select user_id from accounts_signup
      where (mailbox_hash = %(mailbox_hash)s
        or device_hash in (%(device_hash)s, (select device_hash from own)))
        and user_id <> %(user)s
      limit 200
  )),
  (select verdict from accounts_domainrule
    where domain = any(%(domains)s) order by length(domain) desc limit 1)
"""


def signals_of(*, user: User, visit: Visit, day: date, has_paid: bool, now: datetime) -> Signals:
    """Every signal of a claim by `user` on a server day; a handful of indexed counts."""
    hashes = visit_hashes(visit)
    host = host_of(user.email)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS,
            {
                **hashes,
                "user": user.pk,
                "day": day,
                "device_since": day - DEVICE_MEMORY,
                "mailbox_hash": mailbox_hash(user.email),
                "domains": list(_above(host)),
            },
        )
        at_address, in_subnet, on_device, over_cap, linked_ban, verdict = cursor.fetchone()
    known = verdict == "allowed" or is_established(host)
    accounts, hosts = (0, 0) if known else young_domain(registered_domain(host), now)
    return Signals(
        disposable_domain=verdict != "allowed" and is_disposable(host),
        blocked_domain=verdict == "blocked",
        domain_accounts=accounts,
        domain_hosts=hosts,
        address_accounts=at_address + 1 if hashes["address_hash"] else 0,
        subnet_accounts=in_subnet + 1 if hashes["subnet_hash"] else 0,
        device_accounts=on_device + 1 if hashes["device_hash"] else 0,
        no_device=hashes["device_hash"] is None,
        over_cap=over_cap,
        linked_ban=linked_ban,
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


def _above(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))


def young_domain(domain: str, now: datetime) -> tuple[int, int]:
    """How many accounts a domain has and how many scattered hosts, in its first 30 days here."""
    known: dict[str, Any] = SignUp.objects.filter(domain=domain).aggregate(
        first=Min("at"), latest=Max("at"), accounts=Count("pk"), hosts=Count("host", distinct=True)
    )
    # Young while people still arrive in its first days; one that came early and stayed is no news.
    if known["first"] is None or known["latest"] - known["first"] > DOMAIN_YOUNG:
        return 0, 0
    scattered = known["hosts"] * 5 >= known["accounts"] * 4
    return known["accounts"], known["hosts"] if scattered else 0
