"""Writing verdicts: what was refused, what a person should look at, what counts against a user."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import User
from generation.models import Strike, Verdict
from generation.moderation.strikes import weight_of
from generation.moderation.types import Finding

# The same input again within a day is the same refusal: a program that retries is no offender.
SAME_WITHIN = timedelta(days=1)
_AT_ONCE = 1000


def digest_of(content: str | bytes) -> bytes:
    """The keyed digest of an input: equal inputs, equal digests, and nothing to be guessed."""
    return salted_hmac("generation.moderation", content, algorithm="sha256").digest()


@transaction.atomic(durable=True)
def refuse(
    *,
    user: User,
    wallet_id: int,
    job_id: UUID | None,
    code: str,
    finding: Finding,
    text: str = "",
    content: bytes = b"",
    list_version: int | None = None,
    now: datetime,
) -> Verdict:
    """Record a refused input and its strike, once a day for the same input and rule."""
    # One user's refusals are counted one after the other.
    User.objects.select_for_update().get(pk=user.pk)
    verdict = _verdict(user, wallet_id, job_id, code, finding, text, content, list_version, now)
    known = (
        Verdict.objects.filter(
            user=user,
            digest=verdict.digest,
            code=code,
            rule_id=finding.rule_id,
            action="block",
            created_at__gt=now - SAME_WITHIN,
        )
        .order_by("-created_at")
        .first()
    )
    if known is not None:
        known.asked += 1
        known.last_at = now
        known.save(update_fields=["asked", "last_at"])
        return known
    verdict.save(force_insert=True)
    strike(verdict, now=now)
    return verdict


def note(
    *,
    user: User,
    wallet_id: int,
    job_id: UUID | None,
    code: str,
    finding: Finding,
    text: str = "",
    content: bytes = b"",
    list_version: int | None = None,
    now: datetime,
) -> Verdict:
    """Record a find that refuses nothing to its user; one for review waits for a person. A step."""
    verdict = _verdict(user, wallet_id, job_id, code, finding, text, content, list_version, now)
    verdict.review = "" if finding.action == "log" else "waiting"
    verdict.save(force_insert=True)
    return verdict


def strike(verdict: Verdict, *, now: datetime) -> Strike:
    """Count a verdict against its user, once. A step."""
    found, _made = Strike.objects.get_or_create(
        verdict=verdict,
        defaults={
            "user_id": verdict.user_id,
            "weight": weight_of(verdict.category),
            "given_at": now,
        },
    )
    return found


@transaction.atomic(durable=True)
def forget_texts(*, now: datetime) -> int:
    """Drop texts that were kept long enough, except while a person has to read them; how many."""
    until = now - timedelta(days=settings.MODERATION_TEXT_DAYS)
    old = Verdict.objects.filter(created_at__lte=until).exclude(text="").exclude(review="waiting")
    ids = list(old.values_list("id", flat=True)[:_AT_ONCE])
    return Verdict.objects.filter(id__in=ids).exclude(review="waiting").update(text="")


def _verdict(
    user: User,
    wallet_id: int,
    job_id: UUID | None,
    code: str,
    finding: Finding,
    text: str,
    content: bytes,
    list_version: int | None,
    now: datetime,
) -> Verdict:
    return Verdict(
        user=user,
        wallet_id=wallet_id,
        job_id=job_id,
        code=code,
        field=finding.field[:60],
        action=finding.action,
        category=finding.category,
        source=finding.source,
        rule_id=finding.rule_id,
        list_version=list_version if finding.source == "rules" else None,
        digest=digest_of(content or text),
        text=text,
        start=finding.start,
        end=finding.end,
        detail=finding.detail[:200],
        created_at=now,
        last_at=now,
    )
