"""Jobs that are videos of OpenAI's API."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from generation import sizes
from generation.kinds.table import KINDS
from generation.models import Artifact, Job, Upload
from generation.selectors.jobs import jobs_of

VIDEO_KINDS = [kind for kind, spec in KINDS.items() if spec.makes == "video"]


def videos_of(*, user: User) -> QuerySet[Job]:
    """Everything the user sees that is a clip and was not deleted there."""
    videos = jobs_of(user=user).filter(kind__in=VIDEO_KINDS)
    return videos.select_related("parent", "openai_video").filter(openai_video__deleted_at=None)


def video_for(*, user: User, video_id: UUID) -> Job:
    """The user's video. Raises NotFound, also for another's."""
    job = videos_of(user=user).filter(id=video_id).first()
    if job is None:
        raise NotFound(_("No such video."))
    return job


def page_of_videos(
    *, user: User, after: UUID | None, limit: int, newest_first: bool
) -> tuple[list[Job], bool]:
    """At most `limit` videos that follow the one known by `after`, and whether there are more.

    Raises InvalidRequest when there is no such video of the user's.
    """
    videos = videos_of(user=user)
    if after is not None:
        last = jobs_of(user=user).filter(id=after, kind__in=VIDEO_KINDS).first()
        if last is None:
            raise InvalidRequest(_("No such video."), fields={"after": "is no video of yours"})
        at = last.created_at
        if newest_first:
            videos = videos.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=after))
        else:
            videos = videos.filter(Q(created_at__gt=at) | Q(created_at=at, id__gt=after))
    order = ("-created_at", "-id") if newest_first else ("created_at", "id")
    found = list(videos.order_by(*order)[: limit + 1])
    return found[:limit], len(found) > limit


def expected_size(job: Job) -> sizes.Size | None:
    """The size a clip will have; None where it is the model's own."""
    if job.kind == "extension":
        return (job.parent.width, job.parent.height) if job.parent is not None else None
    picture_id = job.params.get("image")
    if picture_id is not None:
        picture = (
            Upload.objects.filter(id=picture_id).first()
            or Artifact.objects.filter(id=picture_id).first()
        )
        return sizes.like(picture.width, picture.height) if picture is not None else None
    return sizes.clip_size(job.params.get("aspect_ratio"))
