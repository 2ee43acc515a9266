"""Fields of Kling's calls: each is read into parameters of ours. Pure.

A reader takes what stands in the body and returns what it means here, empty for what says nothing
here. It raises BadParam for a value that means nothing, or something that cannot be done here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generation.kling.camera import camera_of
from generation.kling.codes import NO_RESOURCE, KlingRefused
from generation.types import HIGH, STANDARD, BadParam

Reader = Callable[[object], Mapping[str, object]]
LINKS = ("http://", "https://")
LINK_LENGTH_MAX = 2048
EXTERNAL_ID_MAX = 200
CFG_SCALE = 0.5


@dataclass(frozen=True, slots=True)
class Linked:
    """A picture that lies at an address and is still to be fetched."""

    url: str


def same(name: str) -> Reader:
    """What our parameter of this name checks by itself."""
    return lambda value: {name: value}


def choice(name: str, meanings: Mapping[str, object]) -> Reader:
    """One of a few texts; a number that looks like one of them is none."""

    def read(value: object) -> Mapping[str, object]:
        if not isinstance(value, str) or value not in meanings:
            texts = ", ".join(f'"{text}"' for text in meanings)
            raise BadParam(f"must be one of: {texts}")
        return {name: meanings[value]}

    return read


def fraction(name: str = "") -> Reader:
    """A number from 0 to 1 that says nothing here, for there is nothing it could be about."""

    def read(value: object) -> Mapping[str, object]:
        _fraction(value)
        return {}

    return read


def cfg_scale(value: object) -> Mapping[str, object]:
    """How closely the prompt is followed; the default is the model's own choice."""
    scale = _fraction(value)
    # Around 5, where most models have theirs.
    return {} if scale == CFG_SCALE else {"guidance": round(1 + 8 * scale, 4)}


def _fraction(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadParam("must be a number from 0 to 1")
    return float(value)


def picture(name: str) -> Reader:
    """A picture by its address, or in base64 without a prefix."""
    return lambda value: {name: given_picture(value)}


def given_picture(value: object) -> object:
    """A picture as our parameter takes it, or `Linked`. Raises BadParam."""
    if not isinstance(value, str) or not value:
        raise BadParam("must be the address of a picture or a picture in base64")
    if value.lower().startswith(LINKS):
        if len(value) > LINK_LENGTH_MAX:
            raise BadParam(f"must be an address of at most {LINK_LENGTH_MAX} characters")
        return Linked(value)
    if value.lower().startswith("data:"):
        raise BadParam("must be base64 without the prefix that ends in a comma")
    return value


def camera(value: object) -> Mapping[str, object]:
    """A movement of the camera."""
    return {"camera": camera_of(value)}


def not_here(why: str) -> Reader:
    """What a call has there and cannot be done here."""

    def refuse(value: object) -> Mapping[str, object]:
        raise BadParam(why)

    return refuse


def no_sound(value: object) -> Mapping[str, object]:
    """Clips are silent, which is the default there."""
    if value != "off":
        raise BadParam('must be "off": clips made here are silent')
    return {}


def model_name(names: tuple[str, ...]) -> Reader:
    """A name the operator gave to what is made here. Raises KlingRefused for another."""

    def read(value: object) -> Mapping[str, object]:
        if not isinstance(value, str):
            raise BadParam("must be text")
        if value not in names:
            there_are = ", ".join(names)
            raise KlingRefused(
                NO_RESOURCE, f"model_name: there is no such model here; there are: {there_are}"
            )
        return {}

    return read


def watermark_info(value: object) -> Mapping[str, object]:
    """Whether a second, marked file is wanted beside the first: there is never one here."""
    if not isinstance(value, Mapping) or set(value) - {"enabled"}:
        raise BadParam('must be {"enabled": false}')
    enabled = value.get("enabled", False)
    if not isinstance(enabled, bool):
        raise BadParam("enabled must be true or false")
    if enabled:
        raise BadParam(
            "cannot be enabled: there is one file of each result, with the brand mark or without "
            "it as the plan says"
        )
    return {}


def external_task_id(value: object) -> str | None:
    """The client's own name for the task, None for none. Raises BadParam."""
    if not isinstance(value, str):
        raise BadParam("must be text")
    if not value:
        return None
    if len(value) > EXTERNAL_ID_MAX or not value.isprintable():
        raise BadParam(f"must have at most {EXTERNAL_ID_MAX} printable characters")
    return value


def callback_url(value: object) -> str:
    """Where the task is told of, "" for nowhere; its address is checked at the submit. Raises
    BadParam."""
    if not isinstance(value, str):
        raise BadParam("must be text")
    return value


QUALITIES: Mapping[str, object] = {"std": STANDARD, "pro": HIGH}
LENGTHS: Mapping[str, object] = {"5": 5, "10": 10}
