"""Who moves the camera: the prompt, adapters of the checkpoint, or the virtual camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generation.engine.adapters import split
from generation.engine.camera import words_of
from generation.engine.profiles import Profile
from generation.engine.types import Camera
from generation.model_registry import Model

STILL = Camera()


@dataclass(frozen=True, slots=True)
class Moves:
    """Who does which part of a camera's move: the prompt, adapters, and the virtual camera."""

    words: str = ""
    adapters: Mapping[str, int] = field(default_factory=dict)
    warp: Camera = STILL

    @property
    def route(self) -> str:
        parts = {"prompt": self.words, "lora": self.adapters, "warp": self.warp.moves}
        return "+".join(name for name, part in parts.items() if part)


def moves_of(camera: Camera | None, model: Model, profile: Profile) -> Moves:
    """A move by the model's route; what that cannot do is left to the virtual camera."""
    if camera is None:
        return Moves()
    route = model.camera or profile.camera
    if route == "prompt":
        words, left = words_of(camera, profile.camera_words)
        return Moves(words, {}, left)
    if route == "lora":
        adapters, left = split(camera, model.loras)
        return Moves("", adapters, left)
    return Moves(warp=camera)
