"""What the bodies of OpenAI's calls ask for, as parameters of our kinds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from generation.openai.bodies import Given
from generation.openai.translation import (
    CLIP_SIZE_DEFAULT,
    CLIP_SIZES,
    PARTIAL_IMAGES_MAX,
    PICTURE_CHOICES,
    PICTURE_SIZES,
    SECONDS,
    camera,
    chosen,
    number,
    refused,
)

# Our own parameters that may stand beside OpenAI's.
_OURS = ("negative_prompt", "seed", "guidance", "lane", "campaign")
_OURS_OF_CLIPS = (*_OURS, "quality", "camera", "image_tail")
# Who asks, for OpenAI's own checks: it changes nothing here.
_SAYS_NOTHING = ("user", "safety_identifier")


@dataclass(frozen=True, slots=True)
class WantedPictures:
    """Pictures, and how they are to be handed over."""

    params: dict[str, object]
    model: str | None
    team: object
    as_links: bool
    streamed: bool


@dataclass(frozen=True, slots=True)
class WantedClip:
    """A clip. `size` is what was asked for, None where nothing was; `picture` its first frame as it
    was sent."""

    params: dict[str, object]
    model: str | None
    team: object
    size: str | None = None
    picture: object = None


def pictures_wanted(given: Given) -> WantedPictures:
    """What `images.generate` asks for. Raises InvalidRequest."""
    prompt = given.prompt()
    size = given.take("size")
    shape = {} if size is None else PICTURE_SIZES[cast(str, chosen("size", size, PICTURE_SIZES))]
    said = {name: given.take(name) for name in PICTURE_CHOICES}
    for name, value in said.items():
        if value is not None:
            chosen(name, value, PICTURE_CHOICES[name])
    streamed = given.flag("stream")
    partial = given.take("partial_images")
    if partial is not None:  # fewer than this may come, and none come
        chosen("partial_images", partial, range(PARTIAL_IMAGES_MAX + 1))
    wanted = WantedPictures(
        params={"prompt": prompt, "n": given.take("n"), **shape, **_ours(given, _OURS)},
        model=given.text("model"),
        team=given.take("team"),
        as_links=said["response_format"] == "url",
        streamed=streamed,
    )
    if streamed and wanted.as_links:
        raise refused("response_format", "must be b64_json where the answer is a stream")
    _nothing_else(given)
    return wanted


def clip_wanted(given: Given) -> WantedClip:
    """What `videos.create` asks for. Raises InvalidRequest."""
    prompt, picture = given.prompt(), given.take("input_reference")
    size = given.take("size")
    if size is not None and (picture is None or not isinstance(size, str)):
        chosen("size", size, CLIP_SIZES)
    params: dict[str, object] = {"prompt": prompt, **_length(given)}
    if picture is None:
        params["aspect_ratio"] = CLIP_SIZES[str(size or CLIP_SIZE_DEFAULT)]
    wanted = WantedClip(
        params=params | _ours(given, _OURS_OF_CLIPS),
        model=given.text("model"),
        team=given.take("team"),
        size=cast("str | None", size),
        picture=picture,
    )
    _nothing_else(given)
    return wanted


def continuation_wanted(given: Given) -> tuple[str, WantedClip]:
    """What `videos.extend` asks for, after the id of its video. Raises InvalidRequest."""
    prompt, video = given.prompt(), given.take("video")
    source = video.get("id") if isinstance(video, dict) else None
    if not isinstance(source, str) or len(video) != 1:  # type: ignore[arg-type]
        raise refused("video", 'must be the id of a video made here, as {"id": …}')
    wanted = WantedClip(
        params={"prompt": prompt, **_length(given), **_ours(given, _OURS_OF_CLIPS[:-1])},
        model=given.text("model"),
        team=given.take("team"),
    )
    _nothing_else(given)
    return source, wanted


def _length(given: Given) -> dict[str, object]:
    seconds = given.take("seconds")
    if seconds is None:
        return {}
    # Some send a number, which means the same.
    text = str(seconds) if type(seconds) is int else seconds
    return {"duration": SECONDS[cast(str, chosen("seconds", text, SECONDS))]}


def _ours(given: Given, names: Iterable[str]) -> dict[str, object]:
    """Our parameters, numbers in them read where a form had words."""
    said = {name: given.take(name) for name in names}
    for name in ("seed", "guidance"):
        said[name] = number(said[name])
    if "camera" in said:
        said["camera"] = camera(said["camera"])
    return {name: value for name, value in said.items() if value is not None}


def _nothing_else(given: Given) -> None:
    for name in _SAYS_NOTHING:
        given.text(name)
    given.nothing_left()
