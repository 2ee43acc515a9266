"""Where a job's work comes from, and what became of it."""

from __future__ import annotations

from generation.models import Artifact, Job

# The longest chain there can be: three minutes in pieces of five seconds, from a picture.
ANCESTORS_MAX = 40


def ancestors_of(job: Job) -> list[Artifact]:
    """What it was made from, and what that was made from: the first first."""
    found: list[Artifact] = []
    parent = job.parent
    while parent is not None and len(found) < ANCESTORS_MAX:
        found.append(parent)
        parent = Job.objects.select_related("parent").get(id=parent.job_id).parent
    return found[::-1]


def descendants_of(job: Job) -> list[Job]:
    """Jobs that were made from what this one made, oldest first."""
    return list(Job.objects.filter(parent__job=job, wallet_id=job.wallet_id).order_by("created_at"))
