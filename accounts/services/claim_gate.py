"""The gate in front of free points: one start per mailbox, and a step that grows with the risk.

Steps of billing's claim: the caller owns the transaction, and what is written goes with it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from accounts.errors import CheckNeeded, MailboxUsed
from accounts.hashes import mailbox_hash, visit_hashes
from accounts.models import ClaimVisit, PassedCheck, Review, User
from accounts.risk import Score, Step, covers, score, step_of
from accounts.selectors.signals import signals_of
from accounts.visits import Visit

log = logging.getLogger(__name__)

# One statement, so that of two accounts at once one has it: no row comes back to the other.
_TAKE = """
insert into accounts_mailbox as known (hash, user_id, started_at, seen_at)
values (%(hash)s, %(user_id)s, %(now)s, %(now)s)
on conflict (hash) do update set seen_at = greatest(known.seen_at, excluded.seen_at)
where known.user_id = excluded.user_id
returning user_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims, from where, on which server day. `least`: what is asked of everybody now."""

    user: User
    visit: Visit
    day: date
    has_paid: bool
    has_card: bool
    least: Step = "none"


@dataclass(frozen=True, slots=True)
class Judged:
    """The score of a claim, the step it asks for, and whether that was passed."""

    score: Score
    step: Step
    passed: bool


def judge(claim: Claim, *, now: datetime) -> Judged:
    """What a claim would be asked for now. Writes nothing."""
    signals = signals_of(
        user=claim.user, visit=claim.visit, day=claim.day, has_paid=claim.has_paid, now=now
    )
    found = score(signals)
    step = step_of(found.points, least=claim.least)
    return Judged(found, step, _has_passed(claim, step, now))


def pass_gate(claim: Claim, *, now: datetime) -> None:
    """Let a claim through and write it down.

    Raises MailboxUsed when the mailbox had its points with another account, CheckNeeded with the
    step that is asked for.
    """
    _take_mailbox(claim.user, now)
    judged = judge(claim, now=now)
    if not judged.passed:
        raise CheckNeeded(
            _("One more step before today's points: show that you are not a program."),
            facts={"step": judged.step},
        )
    visit = ClaimVisit(user_id=claim.user.pk, day=claim.day, **visit_hashes(claim.visit))
    ClaimVisit.objects.bulk_create([visit], ignore_conflicts=True)


def open_review(*, user: User, found: Score, now: datetime) -> None:
    """Ask a person to look at a user, once until they have."""
    Review.objects.get_or_create(
        user=user,
        closed_at=None,
        defaults={
            "opened_at": now,
            "score": found.points,
            "reasons": ", ".join(f"{name} {points:+d}" for name, points in found.reasons)[:300],
        },
    )


def _take_mailbox(user: User, now: datetime) -> None:
    """The mailbox is this user's from the first claim on, whatever becomes of the account."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"hash": mailbox_hash(user.email), "user_id": user.pk, "now": now})
        taken = cursor.fetchone()
    if taken is None:
        raise MailboxUsed(
            _("The free points of this mailbox went to another account. What you buy is yours.")
        )


def _has_passed(claim: Claim, step: Step, now: datetime) -> bool:
    # A card is the highest step: whoever has shown one, or paid, has passed those below it too.
    if step == "none" or claim.has_card:
        return True
    passed = PassedCheck.objects.filter(user=claim.user, until__gt=now)
    return any(covers(check.step, step) for check in passed)  # type: ignore[arg-type]
