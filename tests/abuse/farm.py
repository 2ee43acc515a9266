"""A farm and a thousand honest people, as they sign up and claim: the real services, day by day."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from allauth.account.models import EmailAddress
from disposable_email_domains import blocklist
from django.conf import settings
from django.db import transaction

from accounts.errors import CheckNeeded, MailboxUsed, SignUpLimit
from accounts.models import User
from accounts.risk import Step
from accounts.services.checks import note_passed
from accounts.services.claim_gate import Claim, pass_gate
from accounts.services.sign_ups import note_sign_up
from accounts.visits import Visit
from billing import launch
from billing.points_day import points_day
from billing.services import daily_points

DAYS = 2
FARM_ACCOUNTS, FARM_ADDRESSES = 1_699, 94
OFFICES, PEOPLE = 50, 20
WHOLE = 50


@dataclass(slots=True)
class Applicant:
    """Somebody who wants an account from a day on, and claims on every day after."""

    kind: str
    email: str
    visit: Visit
    from_day: int
    user: User | None = None
    whole: bool = False
    granted_cp: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def without_gates_cp(self) -> int:
        """What a door without gates gives: the day's points on every day from the first."""
        return launch.DAILY_POINTS_CP * (DAYS - self.from_day)


def farm() -> list[Applicant]:
    """1 699 accounts on 94 hosting addresses in 8 networks, each with a cookie jar of its own."""
    chance = random.Random(1)
    emails = [*_plus_tags(600), *_dots(400, chance), *_listed(349), *_own_domains(350, chance)]
    chance.shuffle(emails)
    assert len(emails) == len({email for _kind, email in emails}) == FARM_ACCOUNTS
    addresses = [f"45.83.{number % 8}.{10 + number}" for number in range(FARM_ADDRESSES)]
    return [
        Applicant(
            kind,
            email,
            Visit(addresses[number % FARM_ADDRESSES], f"{chance.getrandbits(128):032x}"),
            from_day=number * DAYS // FARM_ACCOUNTS,
            whole=number % WHOLE == 0,
        )
        for number, (kind, email) in enumerate(emails)
    ]


def _plus_tags(count: int) -> Iterator[tuple[str, str]]:
    for number in range(count):
        yield "plus-tags, 10 mailboxes", f"harvest{number % 10}+{number}@gmail.com"


def _dots(count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    names = [f"gatherallthepoints{letter}" for letter in "abcde"]
    seen: set[str] = set()
    while len(seen) < count:
        name = names[len(seen) % len(names)]
        dotted = name[0] + "".join(
            ("." if chance.random() < 0.4 else "") + letter for letter in name[1:]
        )
        host = chance.choice(["gmail.com", "googlemail.com", "GMail.com"])
        if f"{dotted}@{host}" not in seen:
            seen.add(f"{dotted}@{host}")
            yield "dots, 5 mailboxes", f"{dotted}@{host}"


def _listed(count: int) -> Iterator[tuple[str, str]]:
    domains = sorted(domain for domain in blocklist if domain.isascii())[::400]
    for number in range(count):
        yield "throw-away domains on the list", f"u{number}@{domains[number % len(domains)]}"


def _own_domains(count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    for number in range(count):
        host = f"{chance.getrandbits(32):08x}.grove{number % 5}.xyz"
        yield "own domains, random sub-domains", f"u{number}@{host}"


def offices() -> list[Applicant]:
    """1 000 people behind 50 addresses, four offices in a /24; a few share a browser or keep no
    cookies; a fifth has mail at the office's own domain. They come on the first two days."""
    chance = random.Random(2)
    providers = ["gmail.com", "qq.com", "163.com", "outlook.com", "icloud.com", "tsinghua.edu.cn"]
    people: list[Applicant] = []
    for office in range(OFFICES):
        address = f"120.36.{office // 4}.{100 + office % 4}"
        for seat in range(PEOPLE):
            own = seat % 5 == 4
            host = f"office-number-{office}.com" if own else providers[seat % len(providers)]
            device = "" if seat == 7 else f"{chance.getrandbits(128):032x}"
            if seat == 3:
                device = people[-1].visit.device  # one machine for two
            email = f"p.{office}-{seat}@{host}"
            people.append(
                Applicant(
                    "honest",
                    email,
                    Visit(address, device),
                    from_day=seat % 2,
                    whole=len(people) % WHOLE == 0,
                )
            )
    return people


def run(everybody: list[Applicant], start: datetime) -> None:
    """Every day: who has no account asks for one, then everybody who has one claims.

    Each sign-up and each claim is its own transaction. Most claims end at the gate, which is what
    decides; every `WHOLE`th applicant's go on to the ledger.
    """
    chance = random.Random(3)
    users = {who.email: User(email=who.email.lower()) for who in everybody}
    User.objects.bulk_create(users.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True)
        for user in users.values()
    )
    for number in range(DAYS):
        now = start + timedelta(days=number)
        today = [who for who in everybody if who.from_day <= number]
        chance.shuffle(today)
        for who in today:
            now += timedelta(seconds=1)
            if who.user is None:
                _sign_up(who, users[who.email], now)
            if who.user is not None:
                _claim(who, who.user, now)


def _sign_up(who: Applicant, user: User, now: datetime) -> None:
    day = points_day(now, settings.POINTS_DAY_TZ).date
    try:
        with transaction.atomic():
            note_sign_up(user=user, visit=who.visit, day=day, now=now)
    except SignUpLimit:
        who.refused["sign-up"] += 1
        return
    who.user = user


def _claim(who: Applicant, user: User, now: datetime) -> None:
    """Claim and pass what is asked for. The farm too solves every captcha and reads every mail;
    nobody has a card."""
    claim = _claim_whole if who.whole else _claim_at_the_gate
    for _ in range(3):
        try:
            who.granted_cp += claim(user, who.visit, now)
        except MailboxUsed:
            who.refused["mailbox"] += 1
        except CheckNeeded as needed:
            step = cast(Step, needed.facts["step"])
            who.steps[step] += 1
            if step != "card":
                with transaction.atomic():
                    note_passed(user=user, step=step, now=now)
                continue
        return


def _claim_whole(user: User, visit: Visit, now: datetime) -> int:
    return daily_points.claim(user=user, visit=visit, now=now).amount_cp


def _claim_at_the_gate(user: User, visit: Visit, now: datetime) -> int:
    day = points_day(now, settings.POINTS_DAY_TZ).date
    with transaction.atomic():
        asked = Claim(user=user, visit=visit, day=day, has_paid=False, has_card=False)
        pass_gate(asked, now=now)
    return launch.DAILY_POINTS_CP


def table(everybody: list[Applicant]) -> list[str]:
    """The outcome as lines of a Markdown table."""
    groups: dict[str, list[Applicant]] = defaultdict(list)
    for who in everybody:
        groups[who.kind].append(who)
        if who.kind != "honest":
            groups["farm in all"].append(who)
    lines = [
        "| who | wanted accounts | have one | points without gates | points with gates | share "
        "| captchas | mailed codes | cards asked for | mailbox refusals |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind in sorted(groups):
        some = groups[kind]
        without = sum(who.without_gates_cp for who in some)
        given = sum(who.granted_cp for who in some)
        steps: Counter[str] = sum((who.steps for who in some), Counter())
        refused = sum(who.refused["mailbox"] for who in some)
        lines.append(
            f"| {kind} | {len(some)} | {sum(who.user is not None for who in some)} "
            f"| {without // 100} | {given // 100} | {given * 100 / without:.2f} % "
            f"| {steps['captcha']} | {steps['mail_code']} | {steps['card']} | {refused} |"
        )
    return lines
