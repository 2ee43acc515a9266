"""Looks at what was rendered before any of it is stored: stills whole, clips by some frames."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from generation.delivery import insist
from generation.engine.errors import EngineFailure
from generation.engine.types import Outcome, Rendered
from generation.errors import ModerationUnavailable
from generation.failures import CHECK_UNAVAILABLE, OUTPUT
from generation.models import Job
from generation.moderation.hashes import Pixels
from generation.moderation.types import Finding
from generation.services import picture_safety

log = logging.getLogger(__name__)


def checked(job: Job, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same outcomes, but a piece that may not be delivered is a failure, never charged.

    What was found is recorded with the job. Raises OperationalError or InterfaceError when the
    database stays away.
    """
    return [
        _checked(job, piece, outcome) if isinstance(outcome, Rendered) else outcome
        for piece, outcome in enumerate(outcomes)
    ]


def _checked(job: Job, piece: int, rendered: Rendered) -> Outcome:
    findings: list[Finding] = []

    def look() -> None:
        findings[:] = picture_safety.look(sampled(piece, rendered))

    try:
        insist(look)
    except ModerationUnavailable as error:
        return EngineFailure(CHECK_UNAVAILABLE, repr(error.__cause__))
    except (OperationalError, InterfaceError):
        raise  # nothing can be written down: the lease will end, and the sweeper decides
    except Exception as error:
        # What cannot be looked at is not delivered.
        log.exception("job %s: piece %d could not be checked", job.id, piece)
        return EngineFailure(CHECK_UNAVAILABLE, repr(error))
    if findings:
        insist(
            lambda: picture_safety.note_output(
                user=job.user,
                wallet_id=job.wallet_id,
                job_id=job.id,
                findings=findings,
                now=timezone.now(),
            )
        )
    blocking = next((one for one in findings if one.action == "block"), None)
    if blocking is None:
        return rendered
    return EngineFailure(OUTPUT, f"{blocking.field}: {blocking.rule_id}")


def sampled(piece: int, rendered: Rendered) -> dict[str, Pixels]:
    """The frames that are looked at, by name: the only one, or first, last and one a second."""
    count = len(rendered.frames)
    if count == 1:
        return {f"pieces.{piece}": rendered.frames[0]}
    every = max(1, round(rendered.fps))
    places = sorted({*range(0, count, every), count - 1})
    return {f"pieces.{piece}.frames.{place}": rendered.frames[place] for place in places}
