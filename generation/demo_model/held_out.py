"""The split: 200 captions for scoring whose looks never occur in training.

A look is (background, colour, shape). A tenth of all looks is set aside, and every held-out
caption is made of those: no training scene shows one, in whatever place or motion.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from generation.demo_model.scenes import RADIUS, Scene, Thing, draw_scene, start
from generation.demo_model.words import CAMERA, COLOURS, MOTIONS, PLACES, SHAPES

SEED = 20260
LOOKS_SET_ASIDE = 45
STILLS, MOVING, FILMED = 80, 60, 60

Look = tuple[str, str, str]


def looks_set_aside() -> tuple[Look, ...]:
    """The looks no training scene has."""
    looks = [
        (background, colour, shape)
        for background in COLOURS
        for colour in COLOURS
        for shape in SHAPES
        if background != colour
    ]
    return tuple(random.Random(SEED).sample(looks, LOOKS_SET_ASIDE))


ASIDE = frozenset(looks_set_aside())


def training_scenes(rng: random.Random) -> Iterator[Scene]:
    """Scenes to learn from, without end."""
    while True:
        scene = draw_scene(rng)
        if not scene.looks & ASIDE:
            yield scene


def held_out_scenes() -> list[Scene]:
    """80 stills with a place, 60 clips of a moving thing, 60 of a moving camera; no two alike."""
    looks = looks_set_aside()
    kinds = (
        [("place", place) for place in PLACES] * (STILLS // len(PLACES))
        + [("motion", motion) for motion in MOTIONS] * (MOVING // len(MOTIONS))
        + [("camera", camera) for camera in CAMERA] * (FILMED // len(CAMERA))
    )
    rng = random.Random(SEED + 1)
    taken: set[tuple[Look, str]] = set()
    scenes = []
    for kind, words in kinds:
        look = rng.choice([look for look in looks if (look, words) not in taken])
        taken.add((look, words))
        scenes.append(_scene(look, kind, words))
    return scenes


def _scene(look: Look, kind: str, words: str) -> Scene:
    background, colour, shape = look
    place = words if kind == "place" else ""
    motion = words if kind == "motion" else ""
    camera = words if kind == "camera" else ""
    at = PLACES[place] if place else start(motion, camera)
    return Scene(background, (Thing(shape, colour, at, RADIUS, "", motion),), place, "", camera)
