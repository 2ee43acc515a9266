"""How long results are kept, and how they go: the bytes, never the rows that speak of them."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing.selectors.entitlements import entitlements
from generation import storage
from generation.errors import ArtifactInUse
from generation.lifecycle import ACTIVE
from generation.models import Artifact, Job
from generation.selectors.sight import seen_by

log = logging.getLogger(__name__)
_AT_ONCE = 500


def kept_until(*, wallet_id: int, made_at: datetime, now: datetime) -> datetime | None:
    """Until when something made at `made_at` is kept on the plan of `now`; None is for ever."""
    plan = entitlements(wallet_id=wallet_id, now=now).plan
    days = settings.RETENTION_DAYS.get(plan, settings.RETENTION_DAYS["*"])
    return made_at + timedelta(days=days) if days else None


def delete_artifact(*, user: User, artifact_id: UUID, now: datetime) -> None:
    """Delete a file the user sees; a second time changes nothing. Raises NotFound,
    ArtifactInUse."""
    if not Artifact.objects.filter(seen_by(user, job="job"), id=artifact_id).exists():
        raise NotFound(_("No such file."))
    _delete({artifact_id}, now)


def delete_results(*, user: User, job_id: UUID, now: datetime) -> None:
    """Delete every file of a job the user sees. Raises NotFound, ArtifactInUse."""
    job = Job.objects.filter(seen_by(user), id=job_id).first()
    if job is None:
        raise NotFound(_("No such job."))
    _delete(set(job.artifacts.values_list("id", flat=True)), now)


def sweep_expired(*, now: datetime) -> int:
    """Delete files whose time is over; returns how many.

    A plan that keeps longer by now gives more time. What a job still works from is left until it
    has ended.
    """
    over = Artifact.objects.filter(kept_until__lte=now, deleted_at=None).order_by("kept_until")
    swept = 0
    for artifact in over[:_AT_ONCE]:
        until = kept_until(wallet_id=artifact.wallet_id, made_at=artifact.created_at, now=now)
        if until is None or until > now:
            Artifact.objects.filter(pk=artifact.pk).update(kept_until=until)
            continue
        try:
            swept += _delete({artifact.id}, now)
        except ArtifactInUse:
            continue
        except OSError:
            log.exception("a file of artifact %s is left for the sweep", artifact.id)
    return swept


def _delete(artifact_ids: Collection[UUID], now: datetime) -> int:
    """Mark the rows, then delete the bytes: those of a marked row are swept if this is cut off."""
    with transaction.atomic(durable=True):
        rows = list(
            Artifact.objects.select_for_update()
            .filter(id__in=artifact_ids, deleted_at=None)
            .order_by("id")
        )
        _refuse_used(rows)
        Artifact.objects.filter(id__in=[row.id for row in rows]).update(deleted_at=now)
    for row in rows:
        for name in filter(None, (row.stored_name, row.poster_name)):
            storage.delete(name)
    return len(rows)


def _refuse_used(rows: Collection[Artifact]) -> None:
    """A job that waits or runs may need it, whoever pays for it. Raises ArtifactInUse."""
    ids = {row.id for row in rows}
    named = {str(artifact_id) for artifact_id in ids}
    for job in Job.objects.filter(state__in=ACTIVE).only("id", "parent_id", "params"):
        if job.parent_id in ids or named & _strings(job.params):
            raise ArtifactInUse(
                _("A job that has not ended works from this file. Delete it afterwards."),
                facts={"job": str(job.id)},
            )


def _strings(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for part in parts for text in _strings(part)}
