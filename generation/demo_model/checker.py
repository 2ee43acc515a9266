"""Obedience: does a picture or clip show what its caption says? Judged from pixels alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.demo_model.moving import camera_of, motion_of, moves_of
from generation.demo_model.scenes import Scene
from generation.demo_model.seeing import (
    background_of,
    locate,
    mask_of,
    place_of,
    shape_of,
    thing_colour_of,
)
from generation.demo_model.words import DIRECTIONS, GROWTHS

CRITERIA = ("background", "colour", "place", "shape", "direction", "growth", "camera")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the cases that a criterion applies to were obeyed."""

    obeyed: int
    cases: int

    @property
    def percent(self) -> float:
        return 100 * self.obeyed / self.cases


def check(scene: Scene, frames: NDArray[np.float32]) -> dict[str, bool]:
    """Whether `frames` ([frames, side, side, 3] in 0..1) show a scene of one thing, by criterion.

    Only the criteria that the scene's caption speaks of are in the answer.
    """
    (thing,) = scene.things
    first = frames[0]
    mask = mask_of(first, thing.colour)
    seen = locate(mask)
    verdict = {
        "background": background_of(first) == scene.background,
        "colour": thing_colour_of(first, scene.background) == thing.colour,
        "shape": shape_of(mask) == thing.shape,
    }
    if scene.place:
        verdict["place"] = seen is not None and place_of(seen) == scene.place
    moves = moves_of(frames, thing.colour) if thing.motion or scene.camera else None
    if thing.motion in DIRECTIONS:
        verdict["direction"] = moves is not None and motion_of(moves) == thing.motion
    if thing.motion in GROWTHS:
        verdict["growth"] = moves is not None and motion_of(moves) == thing.motion
    if scene.camera:
        verdict["camera"] = moves is not None and camera_of(moves) == scene.camera
    return verdict


def tally(verdicts: Iterable[Mapping[str, bool]]) -> dict[str, Tally]:
    """Verdicts added up by criterion; criteria without a case are left out."""
    cases: Counter[str] = Counter()
    obeyed: Counter[str] = Counter()
    for verdict in verdicts:
        cases.update(verdict.keys())
        obeyed.update(name for name, good in verdict.items() if good)
    return {name: Tally(obeyed[name], cases[name]) for name in CRITERIA if cases[name]}
