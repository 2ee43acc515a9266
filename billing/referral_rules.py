"""What an invitation earns, and when: pure rules. Points in hundredths. No Django here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# What the friend's first payment came to.
Payment = Literal["stands", "asked_after", "refunded", "disputed"]
State = Literal["joined", "pending", "review", "earned", "capped", "canceled"]


@dataclass(frozen=True, slots=True)
class ReferralOffer:
    """What is promised to whoever invites and to whoever comes.

    The reward waits for `delay` after the friend's first payment; its lots live `lot_days`. One
    person earns `month_max` of them in a calendar month of the points day's zone.
    """

    referrer_cp: int
    friend_cp: int
    lot_days: int
    delay: timedelta
    month_max: int


@dataclass(frozen=True, slots=True)
class Case:
    """A referral whose delay is over. `kinship` names what the two have in common."""

    payment: Payment
    kinship: tuple[str, ...]
    reviewed: bool
    referrer_gone: bool
    friend_gone: bool
    earned_this_month: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a referral goes, and by which cause; None means that it waits."""

    state: State
    cause: str = ""


def while_waiting(case: Case) -> Verdict | None:
    """What happens before the delay is over, None for nothing.

    Money that went back ends it, whoever was to look at it; what people have in common is looked at
    by staff, once.
    """
    if case.payment in ("refunded", "disputed"):
        return Verdict("canceled", case.payment)
    if case.kinship and not case.reviewed:
        return Verdict("review", ",".join(case.kinship))
    return None


def when_due(case: Case, offer_month_max: int) -> Verdict | None:
    """What becomes of a referral whose delay is over; None while a bank still asks."""
    before = while_waiting(case)
    if before is not None:
        return before
    if case.payment == "asked_after":
        return None
    if case.referrer_gone:
        return Verdict("canceled", "referrer_gone")
    if case.friend_gone:
        return Verdict("canceled", "friend_gone")
    if case.earned_this_month >= offer_month_max:
        return Verdict("capped", "month")
    return Verdict("earned")


def due_at(paid_at: datetime, delay: timedelta) -> datetime:
    """The instant from which the reward is given."""
    return paid_at + delay
