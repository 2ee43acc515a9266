"""Asking a person to look at a verdict, and what that person decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.errors import SecondPersonNeeded
from generation.errors import AlreadyAppealed
from generation.models import Allowance, Appeal, Decision, Strike, Verdict
from generation.services import verdicts

TEXT_MAX = 2000
LOOKS_MAX = 2
OUTCOMES = {
    "allow_once": gettext_lazy("Allow this input once"),
    "allow_rule": gettext_lazy("Allow this rule for this user"),
    "remove_strike": gettext_lazy("Refused rightly, but without a strike"),
    "clear": gettext_lazy("Nothing wrong with it"),
    "uphold": gettext_lazy("Uphold: it breaks our rules"),
}
REASONS = {
    "false_find": gettext_lazy("The rule found what is not there"),
    "context": gettext_lazy("The context makes it harmless"),
    "art": gettext_lazy("Art, education or news"),
    "first_time": gettext_lazy("A first mistake"),
    "rules": gettext_lazy("Against our rules"),
    "law": gettext_lazy("Against the law"),
    "evasion": gettext_lazy("The rules were evaded on purpose"),
    "other": gettext_lazy("Other: see the note"),
}


@transaction.atomic(durable=True)
def appeal(*, user: User, verdict_id: UUID, text: str, now: datetime) -> Verdict:
    """Ask for a look, or after an answer for a second one by another person.

    The same words while it waits change nothing. Raises NotFound, also for another's verdict and
    for finds that refused nothing; InvalidRequest, AlreadyAppealed.
    """
    said = text.strip()
    if not 1 <= len(said) <= TEXT_MAX or "\x00" in said:
        raise InvalidRequest(
            _("Say why, in at most %(most)d characters.") % {"most": TEXT_MAX},
            fields={"text": f"1 to {TEXT_MAX} characters"},
        )
    verdict = _locked(verdict_id, user)
    against = verdict.action == "block" or Strike.objects.filter(verdict=verdict).exists()
    if not against:
        raise NotFound(_("No such decision."))
    made, decided = verdict.appeals.count(), verdict.decisions.count()
    if verdict.review == "waiting":
        if verdict.appeals.filter(text=said).exists():
            return verdict
        raise AlreadyAppealed(_("A person will look at it."), facts={"review": verdict.review})
    if max(made, decided) >= LOOKS_MAX:
        raise AlreadyAppealed(_("Two people have looked at it."), facts={"review": verdict.review})
    Appeal.objects.create(verdict=verdict, look=decided + 1, text=said, made_at=now)
    verdict.review = "waiting"
    verdict.save(update_fields=["review"])
    return verdict


@transaction.atomic(durable=True)
def decide(
    *, verdict_id: UUID, outcome: str, reason: str, note: str, by: User, now: datetime
) -> Decision:
    """Close a verdict that waits. Raises NotFound when none does, InvalidRequest for an unknown
    outcome or reason, SecondPersonNeeded when the same person would look twice or at their own."""
    if outcome not in OUTCOMES:
        raise InvalidRequest(_("Choose an outcome."), fields={"outcome": "unknown"})
    if reason not in REASONS:
        raise InvalidRequest(_("Choose a reason."), fields={"reason": "unknown reason code"})
    if reason == "other" and not note.strip():
        raise InvalidRequest(_("Say why in the note."), fields={"note": "missing"})
    verdict = _locked(verdict_id)
    if verdict.review != "waiting":
        raise NotFound(_("Nothing waits here."))
    if verdict.user_id == by.pk or verdict.decisions.filter(by=by).exists():
        raise SecondPersonNeeded(_("Another person decides this."))
    decision = Decision.objects.create(
        verdict=verdict,
        look=verdict.decisions.count() + 1,
        outcome=outcome,
        reason=reason,
        note=note.strip()[:500],
        by=by,
        made_at=now,
    )
    _apply(verdict, decision, now)
    verdict.review = "decided"
    verdict.save(update_fields=["review"])
    return decision


def _apply(verdict: Verdict, decision: Decision, now: datetime) -> None:
    if decision.outcome == "uphold":
        verdicts.strike(verdict, now=verdict.created_at)
        return
    Strike.objects.filter(verdict=verdict, removed_at=None).update(removed_at=now)
    if decision.outcome in ("allow_once", "allow_rule"):
        Allowance.objects.create(
            user_id=verdict.user_id,
            decision=decision,
            rule_id=verdict.rule_id,
            digest=bytes(verdict.digest) if decision.outcome == "allow_once" else None,
            given_at=now,
        )


def _locked(verdict_id: UUID, user: User | None = None) -> Verdict:
    found = Verdict.objects.select_for_update().filter(id=verdict_id)
    if user is not None:
        found = found.filter(user=user)
    verdict = found.first()
    if verdict is None:
        raise NotFound(_("No such decision."))
    return verdict
