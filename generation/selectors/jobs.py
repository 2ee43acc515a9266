"""Jobs as their owner sees them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from generation.models import Job
from generation.selectors.sight import seen_by


def job_for(*, user: User, job_id: UUID) -> Job:
    """The user's job, its artifacts loaded. Raises NotFound, also for another's job."""
    job = jobs_of(user=user).filter(id=job_id).first()
    if job is None:
        raise NotFound(_("No such job."))
    return job


def jobs_of(*, user: User) -> QuerySet[Job]:
    """The jobs a user sees, their artifacts loaded, for a view that pages and orders them."""
    return Job.objects.select_related("parent").prefetch_related("artifacts").filter(seen_by(user))


def recent_jobs(
    *, user: User, before: tuple[datetime, UUID] | None = None, limit: int
) -> list[Job]:
    """The user's jobs, newest first, older than the job known by `before` (its time and id)."""
    jobs = jobs_of(user=user)
    if before is not None:
        at, job_id = before
        jobs = jobs.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=job_id))
    return list(jobs.order_by("-created_at", "-id")[:limit])
