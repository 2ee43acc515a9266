"""Every call of Kling's that makes something, and how its body reads as a request of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.errors import InvalidRequest
from generation.kling import fields
from generation.kling.codes import BAD_REQUEST, KlingRefused
from generation.kling.fields import LENGTHS, QUALITIES, Reader, camera, cfg_scale, choice, same
from generation.types import BadParam, Kind

_BRUSHES = "cannot be given: motion brushes are not made here"
_FROM_WORDS = "cannot be given: pictures are made from words alone here"


@dataclass(frozen=True, slots=True)
class Call:
    """A call by its path below /v1. `given` are parameters of ours that stand where the body says
    nothing; `required` are fields of theirs."""

    path: str
    kind: Kind
    fields: Mapping[str, Reader]
    required: tuple[str, ...]
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a body asks for. Pictures at addresses are still `Linked`."""

    params: dict[str, object]
    external_task_id: str | None
    callback_url: str  # "" for none


_PROMPTS: Mapping[str, Reader] = {
    "prompt": same("prompt"),
    "negative_prompt": same("negative_prompt"),
}
_CLIP: Mapping[str, Reader] = {
    **_PROMPTS,
    "cfg_scale": cfg_scale,
    "mode": choice("quality", QUALITIES),
    "duration": choice("duration", LENGTHS),
    "camera_control": camera,
    "sound": fields.no_sound,
}

TEXT2VIDEO = Call(
    path="videos/text2video",
    kind="video",
    fields={**_CLIP, "aspect_ratio": same("aspect_ratio")},
    required=("prompt",),
    given={"aspect_ratio": "16:9"},
)
IMAGE2VIDEO = Call(
    path="videos/image2video",
    kind="image_to_video",
    fields={
        **_CLIP,
        "image": fields.picture("image"),
        "image_tail": fields.picture("image_tail"),
        "static_mask": fields.not_here(_BRUSHES),
        "dynamic_masks": fields.not_here(_BRUSHES),
        "voice_list": fields.not_here("cannot be given: clips made here are silent"),
    },
    required=("image",),
)
EXTEND = Call(
    path="videos/video-extend",
    kind="extension",
    fields={**_PROMPTS, "cfg_scale": cfg_scale, "video_id": same("video")},
    required=("video_id",),
)
IMAGES = Call(
    path="images/generations",
    kind="image",
    fields={
        **_PROMPTS,
        "image": fields.not_here(_FROM_WORDS),
        "image_reference": fields.not_here(_FROM_WORDS),
        # How close to a picture: clients send their defaults of these without one.
        "image_fidelity": fields.fraction(),
        "human_fidelity": fields.fraction(),
        "resolution": same("resolution"),
        "n": same("n"),
        "aspect_ratio": same("aspect_ratio"),
    },
    required=("prompt",),
    given={"aspect_ratio": "16:9", "resolution": "1k"},
)


def _scene(value: object) -> Mapping[str, object]:
    if not isinstance(value, str) or not value:
        raise BadParam("must be the name of a scene")
    return {"scene": value}


EFFECTS = Call(
    path="videos/effects",
    kind="effect",
    fields={"effect_scene": _scene, "input": same("input"), "consent": same("consent")},
    required=("effect_scene", "input"),
)
_INPUT: Mapping[str, Reader] = {
    "image": fields.picture("image"),
    "images": lambda value: {"images": _two_pictures(value)},
    "mode": choice("quality", QUALITIES),
    "duration": choice("duration", LENGTHS),
}
CALLS = (TEXT2VIDEO, IMAGE2VIDEO, EXTEND, EFFECTS, IMAGES)
# Calls that are made there and not here.
ABSENT = ("images/editing/expand",)


def read_call(call: Call, body: object, *, models: tuple[str, ...]) -> Wanted:
    """What the body of a call asks for.

    Raises InvalidRequest with every field at fault; KlingRefused for a body that is no object and
    for a model that is not here.
    """
    if not isinstance(body, Mapping):
        raise KlingRefused(BAD_REQUEST, "The body must be a JSON object.")
    named: list[str | None] = []
    told: list[str] = []

    def external(value: object) -> Mapping[str, object]:
        named.append(fields.external_task_id(value))
        return {}

    def callback(value: object) -> Mapping[str, object]:
        told.append(fields.callback_url(value))
        return {}

    readers: dict[str, Reader] = {
        **call.fields,
        "watermark_info": fields.watermark_info,
        "callback_url": callback,
        "external_task_id": external,
    }
    if call is not EXTEND:  # a clip goes on as it was made
        readers["model_name"] = fields.model_name(models)
    params = _read(readers, call.required, body, of="this call")
    return Wanted({**call.given, **params}, next(iter(named), None), next(iter(told), ""))


def read_effect_input(body: object, *, models: tuple[str, ...]) -> dict[str, object]:
    """The `input` of an effect: `duration`, perhaps `quality`, and `pictures` in their order.

    Raises InvalidRequest, KlingRefused.
    """
    if not isinstance(body, Mapping):
        raise InvalidRequest("", fields={"input": "must be an object"})
    readers = {**_INPUT, "model_name": fields.model_name(models)}
    params = _read(readers, ("duration",), body, of="input", within="input.")
    one, several = params.pop("image", None), params.pop("images", None)
    if (one is None) == (several is None):
        raise InvalidRequest("", fields={"input": "needs either image or images"})
    return {**params, "pictures": [one] if several is None else several}


def _read(
    readers: Mapping[str, Reader],
    required: tuple[str, ...],
    body: Mapping[object, object],
    *,
    of: str,
    within: str = "",
) -> dict[str, object]:
    faults = {
        f"{within}{name!s:.60}": f"is no field of {of}" for name in body if name not in readers
    }
    params: dict[str, object] = {}
    for name, read in readers.items():
        value = body.get(name)
        if value is None:
            continue
        try:
            params.update(read(value))
        except BadParam as bad:
            faults[f"{within}{name}"] = str(bad)
    missing = (name for name in required if body.get(name) is None)
    faults |= {f"{within}{name}": "is required" for name in missing}
    if faults:
        raise InvalidRequest("", fields=faults)
    return params


def _two_pictures(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadParam("must be a list of two pictures")
    return [fields.given_picture(one) for one in value]
