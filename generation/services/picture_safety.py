"""Moderation of pictures: those people send, and what an engine made of their words."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from PIL import Image

from accounts.models import User
from generation import moderators
from generation.failures import INPUT_IMAGE, OUTPUT
from generation.models import Allowance, Verdict
from generation.moderation.hashes import Pixels, pixels_of
from generation.moderation.types import SEVERITY, Finding
from generation.services import blocked_pictures, verdicts
from generation.services.safety import refusal


def clear_upload(*, user: User, wallet_id: int, data: bytes, field: str, now: datetime) -> None:
    """Let a cleaned picture in, or refuse it; asks the model, so never in a transaction.

    A picture for review is let in and waits for a person. Raises ModerationBlocked,
    ModerationUnavailable.
    """
    findings = look({field: pixels_of(data)}, pngs={field: data})
    waived = _allowed(user)
    findings = [
        one
        for one in findings
        if (one.rule_id, None) not in waived
        and (one.rule_id, verdicts.digest_of(data)) not in waived
    ]
    for finding in findings:
        if finding.action == "block":
            verdict = verdicts.refuse(
                user=user,
                wallet_id=wallet_id,
                job_id=None,
                code=INPUT_IMAGE,
                finding=finding,
                content=data,
                now=now,
            )
            raise refusal(verdict)
    _note_all(user, wallet_id, None, INPUT_IMAGE, findings, {field: data}, now)


def look(frames: Mapping[str, Pixels], pngs: Mapping[str, bytes] | None = None) -> list[Finding]:
    """What the list of forbidden pictures and the model find in frames, the severest first.

    Raises ModerationUnavailable.
    """
    findings = blocked_pictures.find(frames)
    if moderators.has_model():
        asked = pngs or {field: _png(pixels) for field, pixels in frames.items()}
        findings += moderators.opinions_on_pictures(asked)
    return sorted(findings, key=lambda one: -SEVERITY[one.action])


def note_output(
    *, user: User, wallet_id: int, job_id: UUID, findings: list[Finding], now: datetime
) -> None:
    """Record what was found in results. It is no strike: the engine drew it; a person decides."""
    _note_all(user, wallet_id, job_id, OUTPUT, findings, {}, now)


@transaction.atomic(durable=True)
def _note_all(
    user: User,
    wallet_id: int,
    job_id: UUID | None,
    code: str,
    findings: list[Finding],
    contents: Mapping[str, bytes],
    now: datetime,
) -> None:
    for finding in findings:
        content = contents.get(finding.field) or f"{job_id}:{finding.field}".encode()
        known = Verdict.objects.filter(
            user=user, code=code, rule_id=finding.rule_id, digest=verdicts.digest_of(content)
        )
        if not known.exists():
            verdicts.note(
                user=user,
                wallet_id=wallet_id,
                job_id=job_id,
                code=code,
                finding=finding,
                content=content,
                now=now,
            )


def _allowed(user: User) -> set[tuple[str, bytes | None]]:
    rows = Allowance.objects.filter(user=user, used_at=None).values_list("rule_id", "digest")
    return {(rule_id, bytes(digest) if digest is not None else None) for rule_id, digest in rows}


def _png(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
