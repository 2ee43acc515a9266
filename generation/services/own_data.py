"""What this app keeps about somebody: handed over in an export, and erased after closing."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings

from accounts.exporting import Part, Parts
from accounts.models import User
from generation import storage
from generation.models import Artifact, Campaign, Job, Upload

_SUFFIXES = {"image/png": "png", "video/mp4": "mp4"}


def parts(*, user: User, now: datetime) -> Parts:
    """Jobs, and what they made: the newest files up to a size, the older ones as links."""
    jobs = Job.objects.filter(user=user).order_by("created_at")
    yield Part(
        "jobs.json",
        list(
            jobs.values(
                "id", "kind", "params", "seed", "pieces", "state", "cost_cp", "captured_cp",
                "price_line", "brand_mark", "created_at", "started_at", "finished_at",
                "failure_code", "callback_url",
            )
        ),
    )  # fmt: skip
    yield Part(
        "uploads.json",
        list(
            Upload.objects.filter(user=user).values(
                "id", "width", "height", "bytes", "created_at", "expires_at"
            )
        ),
    )
    yield Part(
        "campaigns.json",
        list(
            Campaign.objects.filter(user=user).values(
                "id", "name", "team__name", "target_minor", "currency", "cap_cp", "monthly_cap_cp",
                "created_at",
            )
        ),
    )  # fmt: skip
    made = list(Artifact.objects.filter(job__user=user).order_by("-created_at", "-id"))
    listed, left = [], settings.EXPORT_FILES_MAX_BYTES
    inside: list[tuple[str, Artifact]] = []
    for artifact in made:
        path = f"artifacts/{artifact.id}.{_SUFFIXES.get(artifact.mime, 'bin')}"
        fits = artifact.bytes <= left and _is_there(artifact)
        if fits:
            left -= artifact.bytes
            inside.append((path, artifact))
        listed.append(
            {
                "id": artifact.id, "job_id": artifact.job_id, "mime": artifact.mime,
                "width": artifact.width, "height": artifact.height, "seconds": artifact.seconds,
                "bytes": artifact.bytes, "sha256": artifact.sha256,
                "created_at": artifact.created_at, "path": path if fits else None,
                "page": f"{settings.PUBLIC_URL}/jobs/{artifact.job_id}/",
            }
        )  # fmt: skip
    yield Part("artifacts.json", listed)
    for path, artifact in inside:
        yield Part(path, open=partial(storage.open_stored, artifact.stored_name))


def export_is_ready(*, user: User, export_id: UUID, until: datetime, now: datetime) -> None:
    """The app below tells the user."""


def erase(*, user: User, now: datetime) -> dict[str, object]:
    """What was asked for in words, addresses of callbacks, names of campaigns, and what was made.
    Costs stay with the job.

    The files go with the nightly sweep of files that no row names.
    """
    jobs = list(Job.objects.filter(user=user).only("pk", "params", "callback_url"))
    for job in jobs:
        job.callback_url = ""
        # Numbers that explain the price stay, words do not.
        job.params = {
            name: "" if isinstance(said, str) else said
            for name, said in job.params.items()
            if isinstance(said, str | int)
        }
    Job.objects.bulk_update(jobs, ["params", "callback_url"], batch_size=500)
    # A team's campaigns are its people's to name.
    own = list(Campaign.objects.filter(user=user, team=None).only("pk"))
    for campaign in own:
        campaign.name = f"erased-{campaign.pk}"
    Campaign.objects.bulk_update(own, ["name"], batch_size=500)
    return {
        "jobs": len(jobs),
        "campaigns": len(own),
        "uploads": Upload.objects.filter(user=user).delete()[0],
        "artifacts": Artifact.objects.filter(job__user=user).delete()[0],
    }


def _is_there(artifact: Artifact) -> bool:
    try:
        storage.open_stored(artifact.stored_name).close()
    except FileNotFoundError:
        return False
    return True
