"""Jobs as their owner sees them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from generation.lifecycle import State
from generation.models import Job, QueueTurn


def job_for(*, user: User, job_id: UUID) -> Job:
    """The user's job, its artifacts loaded. Raises NotFound, also for another's job."""
    job = jobs_of(user=user).filter(id=job_id).first()
    if job is None:
        raise NotFound(_("No such job."))
    return job


def jobs_of(*, user: User) -> QuerySet[Job]:
    """The user's jobs, their artifacts loaded, for a view that pages and orders them."""
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return Job.objects.none()
    return Job.objects.prefetch_related("artifacts").filter(wallet_id=wallet_id)


def recent_jobs(
    *, user: User, before: tuple[datetime, UUID] | None = None, limit: int
) -> list[Job]:
    """The user's jobs, newest first, older than the job known by `before` (its time and id)."""
    jobs = jobs_of(user=user)
    if before is not None:
        at, job_id = before
        jobs = jobs.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=job_id))
    return list(jobs.order_by("-created_at", "-id")[:limit])


def queue_position(job: Job) -> int | None:
    """At most how many jobs of its lane are served up to and including this one, as they wait now.

    Wallets take turns: before a wallet's second job every other one that waits has had its turn.
    None unless the job is queued.
    """
    if job.state != State.QUEUED:
        return None
    own = Job.objects.filter(state=State.QUEUED, lane=job.lane, wallet_id=job.wallet_id)
    rounds = own.filter(
        Q(created_at__lt=job.created_at) | Q(created_at=job.created_at, id__lt=job.id)
    ).count()
    turns = QueueTurn.objects.filter(lane=job.lane)
    mine = turns.filter(wallet_id=job.wallet_id).first()
    earlier = turns.count()
    if mine is not None:
        earlier = turns.filter(
            Q(served_at__lt=mine.served_at) | Q(served_at=mine.served_at, id__lt=mine.pk)
        ).count()
    return earlier + 1 + (rounds * turns.count() if rounds else 0)
