"""Moderation of a submit: before anything is held, and without a trace in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from generation import moderators
from generation.errors import ModerationBlocked, SubmitsPaused
from generation.failures import INPUT_TEXT
from generation.kinds.words import words_of
from generation.models import Allowance, Job, Verdict
from generation.moderation.matching import RuleBook
from generation.moderation.types import Finding
from generation.selectors.safety import standing_of
from generation.services import rule_lists, verdicts
from generation.types import GenerationRequest

CATEGORY_NAMES = {
    "sexual_minors": gettext_lazy("sexual depiction of minors"),
    "sexual": gettext_lazy("sexual content"),
    "gore": gettext_lazy("cruelty"),
    "hate": gettext_lazy("hate"),
    "self_harm": gettext_lazy("self-harm"),
    "weapons": gettext_lazy("making of weapons or drugs"),
    "political_impersonation": gettext_lazy("impersonation in politics"),
    "extremism": gettext_lazy("extremism"),
    "other": gettext_lazy("the operator's rules"),
}


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a request that may go on brings along: finds to keep with the job, allowances it uses
    up, and whether its user's jobs come last for now."""

    findings: tuple[Finding, ...]
    texts: Mapping[str, str]
    once: tuple[int, ...]
    slowed: bool


def opinions_on(texts: Mapping[str, str]) -> list[Finding]:
    """What the rules in force and the model find in texts; nothing is recorded.

    Raises ModerationUnavailable.
    """
    return _found(rule_lists.book(), texts)


def _found(book: RuleBook, texts: Mapping[str, str]) -> list[Finding]:
    return [*book.find(texts), *moderators.opinions_on_texts(texts)]


def clear_texts(
    *, user: User, wallet_id: int, job_id: UUID, request: GenerationRequest, now: datetime
) -> Cleared:
    """Let the words of a request pass, or refuse; asks the model: never in a transaction.

    Raises SubmitsPaused, ModerationBlocked (the refusal is on record then), ModerationUnavailable.
    """
    standing = standing_of(user, now=now)
    if standing.level == "paused" and standing.until is not None:
        raise SubmitsPaused(
            _("Too many of your requests were refused: new jobs are paused. Your points are kept."),
            facts={
                "level": standing.level,
                "until": rfc3339(standing.until),
                "standing": settings.PUBLIC_URL + reverse("generation:standing"),
            },
        )
    texts = words_of(request)
    book = rule_lists.book()
    findings = _found(book, texts)
    if standing.level == "watched":
        findings = [_unwatched(finding) for finding in findings]
    findings, once = _waived(user, findings, texts)
    blocking = next((finding for finding in findings if finding.action == "block"), None)
    if blocking is not None:
        verdict = verdicts.refuse(
            user=user,
            wallet_id=wallet_id,
            job_id=job_id,
            code=INPUT_TEXT,
            finding=blocking,
            text=texts[blocking.field],
            list_version=book.version,
            now=now,
        )
        raise refusal(verdict)
    return Cleared(tuple(findings), texts, once, slowed=standing.level in ("slowed", "watched"))


def keep(cleared: Cleared, *, job: Job, now: datetime) -> None:
    """Record with the job what was found in it; use up what let it pass. A step of the submit.

    Raises ModerationBlocked when another submit used the allowance meanwhile.
    """
    for allowance_id in cleared.once:
        if not Allowance.objects.filter(pk=allowance_id, used_at=None).update(used_at=now):
            raise ModerationBlocked(_("This was allowed once, and was used meanwhile."))
    book_version = rule_lists.book().version if cleared.findings else None
    for finding in cleared.findings:
        verdicts.note(
            user=job.user,
            wallet_id=job.wallet_id,
            job_id=job.id,
            code=INPUT_TEXT,
            finding=finding,
            text=cleared.texts.get(finding.field, ""),
            list_version=book_version,
            now=now,
        )


def refusal(verdict: Verdict) -> ModerationBlocked:
    """How a verdict is told to a program and to a person: what, where, why, and the way out."""
    category = CATEGORY_NAMES.get(verdict.category, CATEGORY_NAMES["other"])
    said = _("Refused by our rules: %(category)s. You were not charged.") % {"category": category}
    span = None if verdict.start is None else {"start": verdict.start, "end": verdict.end}
    return ModerationBlocked(
        said,
        fields={verdict.field: f"refused by rule {verdict.rule_id} ({verdict.category})"},
        facts={
            "failure": verdict.code,
            "field": verdict.field,
            "category": verdict.category,
            "rule": verdict.rule_id,
            "span": span,
            "verdict": str(verdict.id),
            "appeal": settings.PUBLIC_URL + reverse("generation:verdict", args=[verdict.id]),
            "charged": False,
        },
    )


def rfc3339(at: datetime) -> str:
    """An instant as the API writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _unwatched(finding: Finding) -> Finding:
    """Who is watched does not have borderline requests run first and looked at afterwards."""
    return replace(finding, action="block") if finding.action == "review" else finding


def _waived(
    user: User, findings: list[Finding], texts: Mapping[str, str]
) -> tuple[list[Finding], tuple[int, ...]]:
    """The findings without those that staff let this user have, and the allowances used up."""
    if not findings:
        return [], ()
    open_ones = list(Allowance.objects.filter(user=user, used_at=None))
    waived = {one.rule_id for one in open_ones if one.digest is None}
    once = {(one.rule_id, bytes(one.digest)): one.pk for one in open_ones if one.digest is not None}
    left: list[Finding] = []
    used: list[int] = []
    for finding in findings:
        mine = once.get((finding.rule_id, verdicts.digest_of(texts[finding.field])))
        if finding.rule_id in waived:
            continue
        if mine is not None:
            used.append(mine)
            continue
        left.append(finding)
    return left, tuple(dict.fromkeys(used))
