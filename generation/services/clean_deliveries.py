"""The log of clean deliveries: written when a file without the brand mark is delivered and when it
is opened, read as a table, purged when it is old enough."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import InvalidRequest
from billing.services.tables import csv_text
from generation.labelling import RETENTION_DAYS
from generation.models import Artifact, CleanDelivery, Job

_COLUMNS = (
    "id", "recorded_at", "happened_at", "event", "user_id", "email", "wallet_id", "job_id",
    "artifact_id", "sha256", "agreement", "address",
)  # fmt: skip


def log_delivered(*, job: Job, artifacts: Iterable[Artifact], now: datetime) -> None:
    """Write down that a job without the brand mark put these into its owner's gallery. A step."""
    _write([_line(job, artifact, CleanDelivery.DELIVERED, now) for artifact in artifacts])


@transaction.atomic(durable=True)
def log_opened(*, artifact: Artifact, token: str, address: str | None, now: datetime) -> None:
    """Write down that a clean file is handed out; once for each link and network address.

    Raises what the database raises: a file whose line cannot be written is not handed out.
    """
    link = hashlib.sha256(token.encode()).hexdigest()[:32]
    line = _line(artifact.job, artifact, CleanDelivery.OPENED, now, address=address, link=link)
    _write([line])


def _line(
    job: Job,
    artifact: Artifact,
    event: str,
    now: datetime,
    address: str | None = None,
    link: str = "",
) -> CleanDelivery:
    return CleanDelivery(
        recorded_at=now,  # the database writes its own clock over this
        happened_at=now,
        event=event,
        user_id=job.user_id,
        email=job.user.email,
        wallet_id=job.wallet_id,
        job_id=job.id,
        artifact_id=artifact.id,
        sha256=artifact.sha256,
        agreement=job.agreement,
        address=address,
        link=link,
    )


def _write(lines: Sequence[CleanDelivery]) -> None:
    CleanDelivery.objects.bulk_create(lines, ignore_conflicts=True)


def export_clean_deliveries(lines: QuerySet[CleanDelivery]) -> str:
    """Lines of the log as CSV, oldest first."""
    rows: list[Sequence[Any]] = [_COLUMNS]
    for line in lines.order_by("id").iterator():
        values = (getattr(line, name) for name in _COLUMNS)
        rows.append(
            [value.isoformat() if isinstance(value, datetime) else value for value in values]
        )
    return csv_text(rows)


@transaction.atomic(durable=True)
def purge_clean_deliveries(*, days: int, now: datetime) -> int:
    """Delete lines recorded more than `days` days ago; how many.

    The application's role may not: this is for the owner of the tables. Raises InvalidRequest for
    fewer days than the retention; the database refuses younger lines in any case.
    """
    if days < RETENTION_DAYS:
        raise InvalidRequest(
            f"the log is kept for {RETENTION_DAYS} days", fields={"days": f"≥ {RETENTION_DAYS}"}
        )
    old = CleanDelivery.objects.filter(recorded_at__lt=now - timedelta(days=days))
    return old.delete()[0]
