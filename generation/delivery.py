"""From rendered pieces to the end of their job: stamp, store, finish; or give up, uncharged."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from billing.errors import WalletPaused
from generation import storage
from generation.engine.errors import ENGINE_ERROR, WORKER_LOST, EngineFailure
from generation.engine.types import Outcome, Rendered
from generation.errors import AttemptLost
from generation.lifecycle import ATTEMPTS_MAX
from generation.models import Job
from generation.services import artifacts, attempts, deliveries
from generation.services.deliveries import StoredArtifact
from generation.services.signing import signing
from generation.sources import opened, parent_of
from generation.stamp.joining import Earlier, stamp_joined
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import Parent, Stamped, StampOrder

log = logging.getLogger(__name__)

AGAIN_SECONDS = 0.5
STORAGE = "INTERNAL.STORAGE"


def settle(job: Job, outcomes: Sequence[Outcome], *, lost: bool) -> None:
    """Bring a job to its end with what became of its pieces, one outcome each.

    A job taken away is left alone. One whose worker was lost gets its other attempt before it is
    delivered in part. Raises OperationalError or InterfaceError when the database stays away.
    """
    failures = [outcome for outcome in outcomes if isinstance(outcome, EngineFailure)]
    again = job.attempts < ATTEMPTS_MAX and any(one.code == WORKER_LOST for one in failures)
    stored: list[StoredArtifact] = []
    delivered = False
    try:
        if lost:
            raise AttemptLost(f"job {job.id}")
        if not again:
            stored, unstored = _store(job, outcomes)
            failures += unstored
        if stored:
            _finish(job, stored, outcomes, failures[0].code if failures else "")
            delivered = True
        else:
            _give_up(job, _worst(failures))
    except AttemptLost:
        log.info("job %s was taken away; what it made is dropped", job.id)
    finally:
        if not delivered:
            artifacts.discard_files([file.stored_name for file in stored])


def _worst(failures: Sequence[EngineFailure]) -> EngineFailure:
    """The failure that stands for all: a lost worker before others, since it is tried again."""
    log.warning("%s", failures[0])
    return next((one for one in failures if one.code == WORKER_LOST), failures[0])


def _store(
    job: Job, outcomes: Sequence[Outcome]
) -> tuple[list[StoredArtifact], list[EngineFailure]]:
    """Stamp and store what was rendered; a piece that cannot be is a failure of its own."""
    stored: list[StoredArtifact] = []
    failures: list[EngineFailure] = []
    for piece, rendered in enumerate(outcomes):
        if not isinstance(rendered, Rendered):
            continue
        try:
            stored.append(_stamp_and_store(job, piece, rendered))
        except EngineFailure as failure:
            failures.append(failure)
        except OSError as error:
            log.exception("job %s: piece %d could not be stored", job.id, piece)
            failures.append(EngineFailure(STORAGE, str(error)))
        except Exception as error:
            log.exception("job %s: piece %d could not be stamped", job.id, piece)
            failures.append(EngineFailure(ENGINE_ERROR, f"{type(error).__name__}: {error}"))
    return stored, failures


def _stamp_and_store(job: Job, piece: int, rendered: Rendered) -> StoredArtifact:
    order = StampOrder(
        brand_mark=job.brand_mark,
        producer=settings.AIGC_PRODUCER,
        produce_id=str(job.id),
        software=f"Inkling {rendered.model}",
        label=job.visible_label,
        label_seconds=settings.LABEL_SECONDS,
        signing=signing(),
        made_at=timezone.now(),
        model=rendered.model,
        model_version=rendered.revision or "",
    )
    stamped, seconds = _stamped(job, rendered, order)
    return StoredArtifact(
        piece=piece,
        stored_name=storage.store(stamped.data, stamped.mime),
        mime=stamped.mime,
        width=stamped.width,
        height=stamped.height,
        seconds=seconds,
        bytes=len(stamped.data),
        sha256=stamped.sha256,
        content_sha256=stamped.content_sha256,
    )


def _stamped(job: Job, rendered: Rendered, order: StampOrder) -> tuple[Stamped, int]:
    """The finished file and its length by contract, seconds; a continued clip is the whole one.

    Raises EngineFailure when the clip to be continued is gone by now.
    """
    asked = job.request
    if asked.spec.makes == "image":
        return stamp_picture(rendered.frames[0], order), 0
    if job.kind != "extension":
        return stamp_clip(rendered.frames, rendered.fps, order), asked.seconds
    parent = parent_of(job)
    with opened(parent) as file:
        order = replace(order, parent=Parent(file.read(), parent.mime))
        earlier = Earlier(file, marked=parent.brand_mark, labelled=bool(parent.job.visible_label))
        joined = stamp_joined(earlier, rendered.frames, rendered.fps, asked.seconds, order)
    return joined, parent.seconds + asked.seconds


def _finish(
    job: Job, stored: Sequence[StoredArtifact], outcomes: Sequence[Outcome], missing_code: str
) -> None:
    rendered = next(outcome for outcome in outcomes if isinstance(outcome, Rendered))
    what: dict[str, Any] = {
        **_mine(job),
        "artifacts": stored,
        "engine": _engine_facts(rendered),
        "missing_code": missing_code,
    }
    try:
        insist(lambda: deliveries.finish_job(**what, now=timezone.now()))
    except WalletPaused:
        insist(lambda: deliveries.park_delivery(**what, now=timezone.now()))


def _give_up(job: Job, failure: EngineFailure) -> None:
    end = (
        attempts.lose_attempt
        if failure.code == WORKER_LOST
        else partial(attempts.fail_job, code=failure.code)
    )
    insist(lambda: end(**_mine(job), message=failure.message, now=timezone.now()))


def insist(write: Callable[[], object]) -> None:
    """Write through a database that restarts: again and again for as long as a lease lives.

    A repeat is harmless: it finds its attempt gone. Raises OperationalError or InterfaceError when
    the database stays away, and whatever else `write` raises.
    """
    until = time.monotonic() + settings.LEASE_SECONDS
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(AGAIN_SECONDS)


def _mine(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "attempt_id": job.attempt_id}


def _engine_facts(rendered: Rendered) -> dict[str, object]:
    """What made the artifacts, kept with the job."""
    return {
        "model": rendered.model,
        "revision": rendered.revision,
        "device": rendered.device,
        "versions": dict(rendered.versions),
        "frames": int(rendered.frames.shape[0]),
        "fps": rendered.fps,
        "render_milliseconds": round(rendered.render_seconds * 1000),
        "rendered_with": rendered.rendered_with,
        "model_id": rendered.model_id,
        "camera": rendered.camera,
    }
