"""Kling's scenes as effects that are on offer here."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.errors import InvalidRequest, NotFound
from generation.kling.calls import read_effect_input
from generation.selectors.effects import LiveEffect, live_effect

# Theirs that are the same as one of ours. Any effect is also a scene by its own code.
SCENES: Mapping[str, str] = {
    "memory_alive": "old-photo-alive",
    "hug": "embrace-across-time",
    "hug_pro": "embrace-across-time",
    "hug_from_past": "embrace-across-time",
}


def effect_params(params: Mapping[str, object], *, models: tuple[str, ...]) -> dict[str, object]:
    """Parameters of our effect for a scene with its input. Raises InvalidRequest, NotFound,
    KlingRefused."""
    scene = str(params["scene"])
    found = _effect(scene)
    asked = read_effect_input(params["input"], models=models)
    pictures = asked.pop("pictures")
    names = [one.name for one in found.offer.inputs]
    assert isinstance(pictures, list)
    if len(pictures) != len(names):
        wanted = "one picture, in image" if len(names) == 1 else "two pictures, in images"
        raise InvalidRequest(
            "This scene takes other pictures.", fields={"input": f"{scene} takes {wanted}"}
        )
    consent = {"consent": params["consent"]} if "consent" in params else {}
    inputs = dict(zip(names, pictures, strict=True))
    return {"template": found.offer.code, "inputs": inputs, **asked, **consent}


def _effect(scene: str) -> LiveEffect:
    code = SCENES.get(scene, scene.replace("_", "-"))
    # What no code could be is not looked up.
    found = live_effect(code) if code.isascii() and code.isprintable() else None
    if found is None:
        raise NotFound("There is no such scene here.", fields={"effect_scene": "is no scene here"})
    return found
