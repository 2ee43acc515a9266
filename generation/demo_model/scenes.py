"""Scenes: what a training clip shows, drawn from a seed, and the caption that says so."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from generation.demo_model.words import (
    CAMERA,
    COLOURS,
    DIRECTIONS,
    EMBRACE,
    MOTIONS,
    OLD_PHOTO,
    PLACES,
    RELATIONS,
    REVIVAL,
    SHAPES,
    SIZES,
)

RADIUS = 0.4
# A thing that will travel starts this far on the other side, so that it stays in the picture.
LEAD = 0.35
EFFECTS = (REVIVAL, EMBRACE)


@dataclass(frozen=True, slots=True)
class Thing:
    """One coloured shape. at: its centre at the beginning; radius in half sides."""

    shape: str
    colour: str
    at: tuple[float, float]
    radius: float
    size: str = ""
    motion: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One or two things before a background. place, relation, camera, effect: "" for none.

    pace: how far motions and camera go, 1 as written in `drawing`.
    """

    background: str
    things: tuple[Thing, ...]
    place: str = ""
    relation: str = ""
    camera: str = ""
    effect: str = ""
    pace: float = 1.0

    @property
    def looks(self) -> frozenset[tuple[str, str, str]]:
        """What the split of training and held-out captions goes by: (background, colour, shape)."""
        return frozenset((self.background, thing.colour, thing.shape) for thing in self.things)


def draw_scene(rng: random.Random) -> Scene:
    """Any scene of the grammar. Clips move: every scene is also the still of its first moment."""
    chance = rng.random()
    if chance < 0.06:
        return _embrace(rng)
    if chance < 0.14:
        return _one_thing(rng, effect=REVIVAL)
    if chance < 0.28:
        return _two_things(rng)
    chance = rng.random()
    motion = rng.choice(MOTIONS) if chance < 0.52 else ""
    camera = rng.choice(list(CAMERA)) if chance > 0.46 and chance < 0.96 else ""
    return _one_thing(rng, motion=motion, camera=camera, placed=0.35 if motion or camera else 0.8)


def _colours(rng: random.Random, things: int) -> list[str]:
    """A background and colours of things that differ from it."""
    background = rng.choice(list(COLOURS))
    others = [colour for colour in COLOURS if colour != background]
    return [background, *(rng.choice(others) for _ in range(things))]


def _one_thing(
    rng: random.Random, *, motion: str = "", camera: str = "", effect: str = "", placed: float = 0.6
) -> Scene:
    background, colour = _colours(rng, 1)
    place = rng.choice(list(PLACES)) if rng.random() < placed else ""
    size = rng.choice(list(SIZES)) if rng.random() < 0.25 else ""
    x, y = PLACES[place] if place else start(motion, camera)
    at = (x + rng.uniform(-0.06, 0.06), y + rng.uniform(-0.06, 0.06))
    radius = SIZES.get(size, RADIUS) * rng.uniform(0.92, 1.08)
    thing = Thing(rng.choice(SHAPES), colour, at, radius, size, motion)
    pace = rng.uniform(0.9, 1.1)
    return Scene(background, (thing,), place, "", camera, effect, pace)


def _two_things(rng: random.Random) -> Scene:
    background, *colours = _colours(rng, 2)
    relation = rng.choice(list(RELATIONS))
    right, down = RELATIONS[relation]
    things = []
    for colour, side in zip(colours, (1, -1), strict=True):
        apart, aside = rng.uniform(0.44, 0.5) * side, rng.uniform(-0.1, 0.1)
        at = (right * apart + abs(down) * aside, down * apart + abs(right) * aside)
        things.append(Thing(rng.choice(SHAPES), colour, at, rng.uniform(0.27, 0.32)))
    camera = rng.choice(list(CAMERA)) if rng.random() < 0.5 else ""
    return Scene(background, tuple(things), "", relation, camera, "", rng.uniform(0.9, 1.1))


def _embrace(rng: random.Random) -> Scene:
    background, *colours = _colours(rng, 2)
    things = tuple(
        Thing(rng.choice(SHAPES), colour, (x, rng.uniform(-0.08, 0.08)), rng.uniform(0.27, 0.32))
        for colour, x in zip(colours, (-0.55, 0.55), strict=True)
    )
    return Scene(background, things, effect=EMBRACE)


def start(motion: str, camera: str) -> tuple[float, float]:
    """Where a thing without a place starts: against its way over the picture."""
    x, y = 0.0, 0.0
    if motion in DIRECTIONS:
        right, down = DIRECTIONS[motion]
        x, y = x - LEAD * right, y - LEAD * down
    axis, sign = CAMERA.get(camera, ("", 0))
    if axis in ("horizontal", "pan"):
        x += LEAD * sign
    if axis in ("vertical", "tilt"):
        y -= LEAD * sign
    return (math.copysign(min(abs(x), 0.5), x), math.copysign(min(abs(y), 0.5), y))


def caption(scene: Scene, still: bool = False) -> str:
    """The words for `scene`; of a still those that its first moment shows."""
    first, *rest = (_phrase(thing, still) for thing in scene.things)
    if scene.effect == EMBRACE:
        words = f"{first} and {rest[0]}" + ("" if still else f" {EMBRACE}")
    elif scene.relation:
        words = f"{first} {scene.relation} {rest[0]}"
    else:
        words = f"{first} {scene.place}".rstrip()
    words = f"{words} on {_with_article(scene.background)} background"
    if scene.effect == REVIVAL:
        words = f"{OLD_PHOTO if still else REVIVAL} , {words}"
    return words if still or not scene.camera else f"{words} , {scene.camera}"


def _phrase(thing: Thing, still: bool) -> str:
    words = (thing.size, thing.colour, thing.shape, "" if still else thing.motion)
    return _with_article(" ".join(word for word in words if word))


def _with_article(words: str) -> str:
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
