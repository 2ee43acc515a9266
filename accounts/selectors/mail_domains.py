"""Mail domains as the desk looks at them: new ones with many accounts, and one by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.mailboxes import host_of, is_established, registered_domain
from accounts.models import SignUp
from accounts.risk import Signals, Step, score, step_of
from accounts.selectors.signals import DOMAIN_YOUNG, is_disposable, verdict_of, young_domain

# From so many accounts on a new domain is shown, and so many domains at most.
SHOWN_FROM = 5
SHOWN = 50


@dataclass(frozen=True, slots=True)
class KnownDomain:
    """What the gate knows about a domain, and the step that alone asks of its accounts.

    `accounts` and `hosts` are zero where the rule about new domains does not look.
    """

    domain: str
    verdict: str
    established: bool
    listed: bool
    accounts: int
    hosts: int
    points: int
    step: Step


def known_domain(host: str, *, now: datetime) -> KnownDomain:
    """What is known about the domain of a host."""
    host = host_of(f"@{host}")
    verdict, established = verdict_of(host), is_established(host)
    listed = is_disposable(host)
    judged = verdict != "allowed" and not established
    accounts, hosts = young_domain(registered_domain(host), now) if judged else (0, 0)
    points = score(
        Signals(
            blocked_domain=verdict == "blocked",
            disposable_domain=listed and verdict != "allowed",
            domain_accounts=accounts,
            domain_hosts=hosts,
        )
    ).points
    return KnownDomain(host, verdict, established, listed, accounts, hosts, points, step_of(points))


def new_domains(*, now: datetime) -> list[KnownDomain]:
    """Domains that are new here and have many accounts, the most accounts first."""
    busy = (
        SignUp.objects.filter(at__gte=now - DOMAIN_YOUNG)
        .order_by()
        .values("domain")
        .annotate(recent=Count("pk"))
        .filter(recent__gte=SHOWN_FROM)
        .order_by("-recent")
        .values_list("domain", flat=True)
    )
    unknown = [domain for domain in busy[: SHOWN * 4] if not is_established(domain)][:SHOWN]
    known = [known_domain(domain, now=now) for domain in unknown]
    return sorted(known, key=lambda each: (-each.accounts, each.domain))
