"""A job as Kling tells of a task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from generation.failures import NOT_CHARGED, sentence
from generation.kling_units import milliseconds, units
from generation.lifecycle import TERMINAL, State
from generation.models import Artifact, Job
from generation.selectors.tasks import external_task_id_of
from generation.services.links import artifact_path

Absolute = Callable[[str], str]
SUBMITTED, PROCESSING, SUCCEED, FAILED = "submitted", "processing", "succeed", "failed"


def created_data(job: Job) -> dict[str, object]:
    """What the answer to a create says; the same whenever the create is repeated."""
    at = milliseconds(job.created_at)
    return {
        "task_id": str(job.id),
        "task_status": SUBMITTED,
        "task_info": _named(job),
        "created_at": at,
        "updated_at": at,
    }


def task_data(job: Job, *, absolute: Absolute, now: datetime) -> dict[str, object]:
    """A task as it stands. `absolute` makes an address of a path."""
    status = status_of(job)
    files = _files(job, absolute, now)
    data: dict[str, object] = {
        "task_id": str(job.id),
        "task_status": status,
        "task_status_msg": _message(job),
        "task_info": _named(job) | _parent(job, absolute, now),
        "task_result": files if status == SUCCEED else {},
        "watermark_info": {"enabled": job.brand_mark},
        "created_at": milliseconds(job.created_at),
        "updated_at": milliseconds(job.finished_at or job.started_at or job.created_at),
    }
    if job.captured_cp is not None:
        data["final_unit_deduction"] = units(job.captured_cp)
    return data


def status_of(job: Job) -> str:
    """One of their four. A task that a worker had once does not go back to submitted."""
    match State(job.state):
        case State.SUCCEEDED:
            return SUCCEED
        case State.FAILED | State.CANCELED:
            return FAILED
        case State.QUEUED if job.attempts == 0:
            return SUBMITTED
    return PROCESSING


def _message(job: Job) -> str:
    """Why it failed, or why there are fewer pieces than were asked for; else nothing."""
    if job.state not in TERMINAL or not job.failure_code:
        return ""
    why = _(sentence(job.failure_code))
    return why if job.state == State.SUCCEEDED else f"{why} {_(NOT_CHARGED)}"


def _named(job: Job) -> dict[str, object]:
    name = external_task_id_of(job)
    return {} if name is None else {"external_task_id": name}


def _parent(job: Job, absolute: Absolute, now: datetime) -> dict[str, object]:
    if job.kind != "extension" or job.parent is None:
        return {}
    parent = job.parent
    url = "" if parent.deleted_at else absolute(artifact_path(parent, now=now))
    video = {"id": str(parent.id), "url": url, "duration": str(parent.seconds)}
    return {"parent_video": video}


def _files(job: Job, absolute: Absolute, now: datetime) -> dict[str, object]:
    """What it made and what is still there."""
    kept = [artifact for artifact in job.artifacts.all() if artifact.deleted_at is None]
    if job.request.spec.makes == "image":
        return {"images": [{"index": one.index, **_file(one, absolute, now)} for one in kept]}
    return {
        "videos": [
            {"id": str(one.id), **_file(one, absolute, now), "duration": str(one.seconds)}
            for one in kept
        ]
    }


def _file(artifact: Artifact, absolute: Absolute, now: datetime) -> dict[str, object]:
    """There is one file of each result: where it carries the brand mark, it is both of theirs."""
    url = absolute(artifact_path(artifact, now=now))
    return {"url": url, "watermark_url": url} if artifact.brand_mark else {"url": url}
