"""What a body names and does not hold: a clip to go on from, an effect, pictures at addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from generation.kling.calls import EFFECTS, EXTEND, Call
from generation.kling.fields import Linked
from generation.kling.scenes import effect_params
from generation.selectors.sources import clip_for
from generation.types import HIGH


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a call looks. `fetched` turns an address into what our picture parameter takes."""

    user: User
    models: tuple[str, ...]
    fetched: Callable[[str, str], str]
    now: datetime


def whole_params(call: Call, params: Mapping[str, object], sources: Sources) -> dict[str, object]:
    """Parameters of ours, whole. Raises InvalidRequest, NotFound, KlingRefused, PictureRefused."""
    if call is EXTEND:
        return _continued(params, sources.user)
    if call is EFFECTS:
        params = effect_params(params, models=sources.models)
    return {name: _here(name, value, sources) for name, value in params.items()}


def _continued(params: Mapping[str, object], user: User) -> dict[str, object]:
    """A clip goes on in the quality it was made in, five seconds at a time."""
    video = params["video"]
    if not isinstance(video, str):
        raise InvalidRequest("", fields={"video_id": "must be text"})
    clip = clip_for(user=user, clip_id=_uuid(video))
    if clip is None:
        raise NotFound(
            "There is no such clip of yours.", fields={"video_id": "is no clip of yours"}
        )
    high = {"quality": HIGH} if clip.job.request.quality == HIGH else {}
    return {**params, **high}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # nobody's


def _here(name: str, value: object, sources: Sources) -> object:
    if isinstance(value, Linked):
        return sources.fetched(value.url, name)
    if isinstance(value, Mapping) and name == "inputs":
        return {one: _here("input", given, sources) for one, given in value.items()}
    return value
