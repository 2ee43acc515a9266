"""How much of a farm a claim looks like, and what is asked of it then. Pure and additive.

Each signal adds points; the sum chooses a step of the ladder. No signal alone refuses anybody: who
passes the step has the points. The table is printed in docs/abuse.md; a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Step = Literal["none", "captcha", "mail_code", "card"]
STEPS: tuple[Step, ...] = ("none", "captcha", "mail_code", "card")
# From how many points on each step is asked for.
FROM: dict[Step, int] = {"none": 0, "captcha": 20, "mail_code": 40, "card": 70}


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about one claim. Counts are of accounts and include the one that claims."""

    disposable_domain: bool = False
    blocked_domain: bool = False
    # Of a domain that is neither established nor allowed, in its first 30 days here.
    domain_accounts: int = 0
    # Hosts under that domain, where nearly every account has one of its own.
    domain_hosts: int = 0
    address_accounts: int = 0
    subnet_accounts: int = 0
    device_accounts: int = 0
    no_device: bool = False
    over_cap: bool = False
    linked_ban: bool = False
    has_paid: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The sum, never below zero, and what each signal added."""

    points: int
    reasons: tuple[tuple[str, int], ...]


# (signal, from how many on, points). Of one signal the highest step that is reached counts.
TABLE: tuple[tuple[str, int, int], ...] = (
    ("blocked_domain", 1, 100),
    ("disposable_domain", 1, 100),
    ("domain_accounts", 21, 60),
    ("domain_accounts", 101, 80),
    ("domain_hosts", 4, 40),
    ("domain_hosts", 8, 70),
    ("address_accounts", 3, 10),
    ("address_accounts", 8, 20),
    ("subnet_accounts", 15, 10),
    ("subnet_accounts", 60, 20),
    ("device_accounts", 3, 30),
    ("device_accounts", 8, 70),
    ("no_device", 1, 10),
    ("over_cap", 1, 10),
    ("linked_ban", 1, 50),
    ("has_paid", 1, -50),
)


def score(signals: Signals) -> Score:
    """The points of every signal, added up."""
    added: dict[str, int] = {}
    for name, least, points in TABLE:
        if int(getattr(signals, name)) >= least:
            added[name] = points
    return Score(max(0, sum(added.values())), tuple(added.items()))


def step_of(points: int, *, least: Step = "none") -> Step:
    """The step a score asks for; `least` is what is asked of everybody at the moment."""
    reached: list[Step] = [step for step in STEPS if points >= FROM[step]]
    return max(reached[-1], least, key=STEPS.index)


def covers(passed: Step, needed: Step) -> bool:
    """Whether a step that was passed is as high as the one that is needed."""
    return STEPS.index(passed) >= STEPS.index(needed)
