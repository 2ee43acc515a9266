"""Use cases that only OpenAI's API has: a remix remembers its source, a deleted video is gone."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from generation.errors import JobFinished
from generation.lifecycle import ACTIVE
from generation.models import Job, OpenAIVideo
from generation.selectors.openai_videos import video_for
from generation.services import keeping
from generation.services.jobs import cancel_job


def note_remix(*, job: Job, source: Job) -> None:
    """Remember of which video `job` is a remix; again changes nothing."""
    OpenAIVideo.objects.get_or_create(job=job, defaults={"remixed_from_id": source.id})


def delete_video(*, user: User, video_id: UUID, now: datetime) -> None:
    """Cancel it if it has not ended, delete its files, show it no more; again after being cut off
    goes on from there. Raises NotFound, ArtifactInUse."""
    job = video_for(user=user, video_id=video_id)
    if job.state in ACTIVE:
        with suppress(JobFinished):  # delivered meanwhile: its files go below
            cancel_job(user=user, job_id=job.id, now=now)
    keeping.delete_results(user=user, job_id=job.id, now=now)
    _hide(job, now)


@transaction.atomic(durable=True)
def _hide(job: Job, now: datetime) -> None:
    OpenAIVideo.objects.update_or_create(job=job, defaults={"deleted_at": now})
