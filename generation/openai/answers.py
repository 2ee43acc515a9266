"""Jobs as OpenAI tells of them: pictures, videos, and why there are none."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from billing.api.serializers import PointsField
from generation.errors import GenerationFailed, ModerationBlocked, StillRunning
from generation.failures import NOT_CHARGED, sentence
from generation.lifecycle import TERMINAL, State
from generation.models import Artifact, Job
from generation.openai.translation import size_text
from generation.selectors.openai_videos import expected_size
from generation.services.abilities import needs_of
from generation.services.links import artifact_path

Absolute = Callable[[str], str]
DataOf = Callable[[Artifact], bytes]
QUEUED, IN_PROGRESS, COMPLETED, FAILED = "queued", "in_progress", "completed", "failed"
# Tokens are not counted here.
_USAGE = {
    "input_tokens": 0,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
    "output_tokens": 0,
    "total_tokens": 0,
}


def check_delivered(job: Job) -> None:
    """Raises StillRunning; GenerationFailed or ModerationBlocked for a job that made nothing."""
    if job.state == State.SUCCEEDED:
        return
    if job.state not in TERMINAL:
        raise StillRunning(
            _("It is still being made. The same call again waits on; it is not charged twice."),
            facts={"job": str(job.id), "retry_after_seconds": 1},
        )
    held_back = job.failure_code.startswith("SAFETY.")
    refusal = ModerationBlocked if held_back else GenerationFailed
    raise refusal(
        _why(job),
        facts={"job": str(job.id), "failure": job.failure_code, "charged": False},
    )


def pictures_data(job: Job, *, data_of: DataOf) -> dict[str, object]:
    """The pictures of a job that delivered, whole."""
    return _answer(job, [{"b64_json": _base64(one, data_of)} for one in files_of(job)])


def linked_data(job: Job, *, absolute: Absolute, now: datetime) -> dict[str, object]:
    """Likewise as links."""
    return _answer(job, [{"url": absolute(artifact_path(one, now=now))} for one in files_of(job)])


def completed_event(job: Job, picture: Artifact, *, data_of: DataOf) -> dict[str, object]:
    """What a stream says of one picture that is done."""
    return {
        "type": "image_generation.completed",
        "b64_json": _base64(picture, data_of),
        "background": "opaque",
        "created_at": _seconds(job.finished_at or job.created_at),
        "output_format": "png",
        "quality": "auto",
        "size": size_text((picture.width, picture.height)),
        "usage": _USAGE,
        **cost_data(job),
    }


def files_of(job: Job) -> list[Artifact]:
    """What it made and what is still there."""
    return [artifact for artifact in job.artifacts.all() if artifact.deleted_at is None]


def video_data(job: Job) -> dict[str, object]:
    """A clip as a video of OpenAI's."""
    status = status_of(job)
    made = next(iter(job.artifacts.all()), None)
    data: dict[str, object] = {
        "id": str(job.id),
        "object": "video",
        "created_at": _seconds(job.created_at),
        "model": model_name(job),
        "prompt": job.params.get("prompt"),
        "status": status,
        "progress": _percent(job),
        "seconds": str(made.seconds if made else _seconds_expected(job)),
        "size": size_text((made.width, made.height) if made else expected_size(job)),
        "completed_at": None,
        "expires_at": None,
        "error": None,
        "remixed_from_video_id": None,
        **cost_data(job),
    }
    beside = getattr(job, "openai_video", None)
    if beside is not None and beside.remixed_from_id is not None:
        data["remixed_from_video_id"] = str(beside.remixed_from_id)
    if status == COMPLETED and job.finished_at is not None:
        data["completed_at"] = _seconds(job.finished_at)
        until = made.kept_until if made else None
        data["expires_at"] = _seconds(until) if until else None
    if status == FAILED:
        # They know of no canceled video.
        code = "cancelled" if job.state == State.CANCELED else job.failure_code
        data["error"] = {"code": code, "message": _why(job)}
    return data


def status_of(job: Job) -> str:
    """One of their four. A job that a worker had once does not go back to queued."""
    match State(job.state):
        case State.SUCCEEDED:
            return COMPLETED
        case State.FAILED | State.CANCELED:
            return FAILED
        case State.QUEUED if job.attempts == 0:
            return QUEUED
    return IN_PROGRESS


def model_name(job: Job) -> str:
    """The model of the registry that does such work."""
    model = settings.MODEL_REGISTRY.default_for(needs_of(job.request))
    return model.id if model is not None else str(job.engine.get("model", "none"))


def cost_data(job: Job) -> dict[str, object]:
    """Beside what OpenAI says: what is held, what of it was charged; null while it runs."""
    points, charged = PointsField().to_representation, job.captured_cp
    return {
        "cost_points": points(job.cost_cp),
        "charged_points": points(charged) if charged is not None else None,
        "charged": bool(charged),
    }


def _answer(job: Job, pictures: list[dict[str, str]]) -> dict[str, object]:
    made = files_of(job)
    return {
        "created": _seconds(job.finished_at or job.created_at),
        "data": pictures,
        "background": "opaque",
        "output_format": "png",
        "size": size_text((made[0].width, made[0].height)) if made else "auto",
        **cost_data(job),
    }


def _base64(artifact: Artifact, data_of: DataOf) -> str:
    return base64.b64encode(data_of(artifact)).decode()


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _seconds_expected(job: Job) -> int:
    before = job.parent.seconds if job.kind == "extension" and job.parent is not None else 0
    return before + job.request.seconds


def _percent(job: Job) -> int:
    """The share of real steps that are done; 100 only when it is delivered."""
    if job.state == State.SUCCEEDED:
        return 100
    if job.state in TERMINAL or not job.step_of:
        return 0
    return min(99, 100 * job.step // job.step_of)


def _why(job: Job) -> str:
    return f"{_(sentence(job.failure_code))} {_(NOT_CHARGED)}"
