"""What a body names and does not hold: a clip to go on from, an effect, pictures at addresses."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from generation.kling.calls import EFFECTS, EXTEND, Call
from generation.kling.fields import Linked
from generation.kling.scenes import effect_params
from generation.selectors.sources import clip_for
from generation.services.fetched_pictures import check_address, fetch_picture
from generation.types import HIGH


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a call looks. `made_here` turns the address of a picture made here into its id."""

    user: User
    models: tuple[str, ...]
    made_here: Callable[[str, str], str | None]


def whole_params(call: Call, params: Mapping[str, object], sources: Sources) -> dict[str, object]:
    """Parameters of ours, whole but for pictures that are still to be fetched, which are `Linked`.

    Raises InvalidRequest, NotFound, KlingRefused.
    """
    if call is EXTEND:
        return _continued(params, sources.user)
    if call is EFFECTS:
        params = effect_params(params, models=sources.models)
    return _here(params, sources)


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


def _here(params: Mapping[str, object], sources: Sources) -> dict[str, object]:
    """With the ids of pictures that were made here; others must lie where they may be fetched."""

    def known(link: Linked, field: str) -> object:
        own = sources.made_here(link.url, field)
        if own is None:
            check_address(link.url, field=field)
        return own or link

    return _linked(params, known)


def to_fetch(params: Mapping[str, object]) -> bool:
    """Whether pictures of it are still to be fetched."""
    found: list[Linked] = []
    _linked(params, lambda link, field: found.append(link))
    return bool(found)


def named(params: Mapping[str, object]) -> dict[str, object]:
    """With an id in place of each picture that is still to be fetched, the same for an address
    whenever it is named: so a repeat is known without a look at what lies there."""
    return _linked(params, lambda link, field: str(uuid5(NAMESPACE_URL, link.url)))


def fetched(params: Mapping[str, object], *, user_id: UUID) -> dict[str, object]:
    """With every picture. Raises InvalidRequest, QuotaExceeded."""

    def fetch(link: Linked, field: str) -> str:
        return b64encode(fetch_picture(user_id=user_id, url=link.url, field=field)).decode()

    return _linked(params, fetch)


def _linked(
    params: Mapping[str, object], turned: Callable[[Linked, str], object], field: str = ""
) -> dict[str, object]:
    """With what `turned` makes of pictures at addresses; it is told the field they stand in."""
    made: dict[str, object] = {}
    for name, value in params.items():
        if isinstance(value, Linked):
            made[name] = turned(value, field or name)
        elif name == "inputs" and isinstance(value, Mapping):
            made[name] = _linked(value, turned, "input")
        else:
            made[name] = value
    return made
