"""Delivering what was made: rows of the files, the charge and the end, together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from billing.errors import WalletPaused
from billing.services import charges
from billing.services.notices import tell
from generation.errors import AttemptLost
from generation.lifecycle import State
from generation.models import Artifact, Job
from generation.services import caps, clean_deliveries, job_events
from generation.services.attempts import locked
from generation.services.jobs import end_attempt
from generation.services.keeping import kept_until
from generation.types import part_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """A stamped file that is in storage already and waits for its row; `piece` counts from 0."""

    piece: int
    stored_name: str
    mime: str
    width: int
    height: int
    seconds: int
    bytes: int
    sha256: str
    content_sha256: str = ""
    poster_name: str = ""


@transaction.atomic(durable=True)
def finish_job(
    *,
    job_id: UUID,
    attempt_id: UUID,
    artifacts: Sequence[StoredArtifact],
    engine: dict[str, object],
    missing_code: str = "",
    now: datetime,
) -> Job:
    """Deliver at least one piece: captured is what those delivered cost, the rest comes back.

    `missing_code` says why there are fewer than asked. Raises AttemptLost when the job was
    canceled, timed out or given to another meanwhile, and the caller then deletes the files;
    WalletPaused when nothing can be captured now: see `park_delivery`.
    """
    job = locked(job_id, attempt_id)
    if job.deadline_at <= now:
        # The promise on the page is kept by whoever comes first, worker or sweeper.
        raise AttemptLost(f"job {job_id} is past its deadline")
    made = _keep(job, artifacts, now)
    if not job.brand_mark:
        clean_deliveries.log_delivered(job=job, artifacts=made, now=now)
    job.captured_cp = _charge(job, delivered=len(artifacts), now=now)
    end_attempt(job, outcome="succeeded", now=now)
    job.state = State.SUCCEEDED.value
    job.attempt_id = None
    job.lease_until = None
    job.stage = "done"
    job.finished_at = now
    job.engine = engine
    job.failure_code = missing_code
    job.delivery = None
    job.save(
        update_fields=[
            "state",
            "captured_cp",
            "attempt_id",
            "lease_until",
            "stage",
            "finished_at",
            "engine",
            "failure_code",
            "delivery",
        ]
    )
    job_events.announce([job], now=now)
    if job.user.mail_jobs:
        tell(
            user_id=job.user_id,
            kind="job_done",
            key=f"job_done:{job.pk}",
            facts={"job": str(job.pk)},
            now=now,
        )
    return job


def _keep(job: Job, artifacts: Sequence[StoredArtifact], now: datetime) -> list[Artifact]:
    """The rows of what was stored."""
    until = kept_until(wallet_id=job.wallet_id, made_at=now, now=now)
    return Artifact.objects.bulk_create(
        Artifact(
            job=job,
            wallet_id=job.wallet_id,
            index=stored.piece,
            stored_name=stored.stored_name,
            mime=stored.mime,
            width=stored.width,
            height=stored.height,
            seconds=stored.seconds,
            bytes=stored.bytes,
            sha256=stored.sha256,
            content_sha256=stored.content_sha256,
            poster_name=stored.poster_name,
            kept_until=until,
            brand_mark=job.brand_mark,
            created_at=now,
        )
        for stored in artifacts
    )


def _charge(job: Job, *, delivered: int, now: datetime) -> int:
    """Capture what `delivered` pieces cost and let the rest go, in one settle; the former."""
    cost_cp = part_of(job.cost_cp, delivered=delivered, pieces=job.pieces)
    settled = charges.capture(
        wallet_id=job.wallet_id,
        hold_id=job.hold_id,
        job_ref=job.reference,
        amount_cp=None if delivered == job.pieces else cost_cp,
        now=now,
    )
    if cost_cp < job.cost_cp:
        caps.uncount(wallet_id=job.wallet_id, counted=job.counted, amount_cp=job.cost_cp - cost_cp)
    return settled.captured_cp


@transaction.atomic(durable=True)
def park_delivery(
    *,
    job_id: UUID,
    attempt_id: UUID,
    artifacts: Sequence[StoredArtifact],
    engine: dict[str, object],
    missing_code: str = "",
    now: datetime,
) -> None:
    """Keep a delivery that cannot be captured now: the attempt stays the job's until its deadline.

    The sweeper tries again; a wallet that stays paused has its points back at the deadline. Raises
    AttemptLost.
    """
    job = locked(job_id, attempt_id)
    log.critical("job %s is made but wallet %d is paused: not captured", job.id, job.wallet_id)
    job.delivery = {
        "artifacts": [asdict(stored) for stored in artifacts],
        "engine": engine,
        "missing_code": missing_code,
    }
    job.stage = "save"
    job.lease_until = job.deadline_at
    job.save(update_fields=["delivery", "stage", "lease_until"])


def deliver_parked(*, now: datetime) -> int:
    """Try again to deliver what a paused wallet kept back; how many were delivered.

    What is wrong with one is logged and keeps no other back.
    """
    parked = Job.objects.filter(state=State.RUNNING, delivery__isnull=False, deadline_at__gt=now)
    delivered = 0
    for job in parked:
        try:
            delivered += _delivered(job, now)
        except DatabaseError:
            raise  # the next would find the same
        except Exception:
            log.exception("job %s is made and could not be delivered", job.id)
    return delivered


def _delivered(job: Job, now: datetime) -> bool:
    assert job.attempt_id is not None
    assert job.delivery is not None
    delivery: dict[str, Any] = job.delivery
    try:
        finish_job(
            job_id=job.id,
            attempt_id=job.attempt_id,
            artifacts=[StoredArtifact(**stored) for stored in delivery["artifacts"]],
            engine=delivery["engine"],
            missing_code=delivery["missing_code"],
            now=now,
        )
    except (WalletPaused, AttemptLost):
        return False
    return True
