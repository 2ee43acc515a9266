"""The checker is right about scenes drawn true, and is not taken in by wrong ones."""

import dataclasses
import random

import numpy as np
import pytest

from generation.demo_model.checker import CRITERIA, check, tally
from generation.demo_model.drawing import CLIP_FRAMES, draw
from generation.demo_model.held_out import held_out_scenes
from generation.demo_model.moving import camera_of, motion_of, moves_of
from generation.demo_model.scenes import Scene, Thing, start
from generation.demo_model.words import CAMERA, COLOURS, MOTIONS, PLACES, SHAPES

HELD_OUT = held_out_scenes()


def frames_of(scene: Scene) -> int:
    return 1 if scene.place else CLIP_FRAMES


def test_true_scenes_pass_every_criterion() -> None:
    found = tally(check(scene, draw(scene, frames_of(scene))) for scene in HELD_OUT)
    assert tuple(found) == CRITERIA
    assert {name: result.percent for name, result in found.items()} == dict.fromkeys(CRITERIA, 100)
    assert [found[name].cases for name in CRITERIA] == [200, 200, 80, 200, 40, 20, 60]


def test_true_scenes_pass_through_the_noise_of_a_model() -> None:
    rng = np.random.default_rng(5)
    verdicts = []
    for scene in HELD_OUT[::4]:
        clip = draw(scene, frames_of(scene))
        noisy = clip + 0.04 * rng.standard_normal(clip.shape, np.float32)
        verdicts.append(check(scene, np.clip(noisy, 0, 1)))
    assert all(result.percent >= 95 for result in tally(verdicts).values())


def test_frames_of_noise_pass_hardly_ever() -> None:
    rng = np.random.default_rng(6)
    verdicts = (
        check(scene, rng.random((frames_of(scene), 64, 64, 3), np.float32))
        for scene in HELD_OUT[::2]
    )
    assert all(result.percent <= 30 for result in tally(verdicts).values())


BASE = Scene("blue", (Thing("star", "red", PLACES["on the left"], 0.4),), "on the left")


def with_thing(**changes: object) -> Scene:
    thing = dataclasses.replace(BASE.things[0], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(BASE, things=(thing,))


@pytest.mark.parametrize("colour", [name for name in COLOURS if name not in ("red", "blue")])
def test_a_wrong_colour_fails(colour: str) -> None:
    assert not check(BASE, draw(with_thing(colour=colour), 1))["colour"]
    assert not check(BASE, draw(dataclasses.replace(BASE, background=colour), 1))["background"]


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "star"])
def test_a_wrong_shape_fails_alone(shape: str) -> None:
    verdict = check(BASE, draw(with_thing(shape=shape), 1))
    assert verdict == {"background": True, "colour": True, "shape": False, "place": True}


@pytest.mark.parametrize("place", [place for place in PLACES if place != "on the left"])
def test_a_wrong_place_fails_alone(place: str) -> None:
    verdict = check(BASE, draw(with_thing(at=PLACES[place]), 1))
    assert verdict == {"background": True, "colour": True, "shape": True, "place": False}


def test_an_empty_picture_has_neither_colour_nor_place_nor_shape() -> None:
    empty = draw(dataclasses.replace(BASE, things=()), 1)
    verdict = check(BASE, empty)
    assert verdict == {"background": True, "colour": False, "shape": False, "place": False}


def clip_scene(motion: str = "", camera: str = "") -> Scene:
    rng = random.Random(f"{motion} {camera}")
    background, colour = rng.sample(list(COLOURS), 2)
    thing = Thing(rng.choice(SHAPES), colour, start(motion, camera), 0.4, "", motion)
    return Scene(background, (thing,), camera=camera)


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_motion_is_told_from_others_and_from_a_moving_camera(motion: str) -> None:
    scene = clip_scene(motion=motion)
    moves = moves_of(draw(scene), scene.things[0].colour)
    assert moves is not None
    assert (motion_of(moves), camera_of(moves)) == (motion, "")


@pytest.mark.parametrize("camera", CAMERA)
def test_a_camera_move_is_told_from_others_and_from_a_moving_thing(camera: str) -> None:
    scene = clip_scene(camera=camera)
    moves = moves_of(draw(scene), scene.things[0].colour)
    assert moves is not None
    assert (motion_of(moves), camera_of(moves)) == ("", camera)


def test_what_stands_still_neither_moves_nor_is_filmed() -> None:
    scene = clip_scene()
    moves = moves_of(draw(scene), scene.things[0].colour)
    assert moves is not None
    assert (motion_of(moves), camera_of(moves)) == ("", "")


@pytest.mark.parametrize(
    ("caption_of", "drawing_of", "criterion"),
    [
        ({"motion": "moving left"}, {"motion": "moving right"}, "direction"),
        ({"motion": "moving up"}, {}, "direction"),
        ({"motion": "growing"}, {"camera": "camera zooms in"}, "growth"),
        ({"camera": "camera pans left"}, {"camera": "camera moves left"}, "camera"),
        ({"camera": "camera tilts up"}, {"camera": "camera tilts down"}, "camera"),
        ({"camera": "camera rolls left"}, {}, "camera"),
    ],
)
def test_a_clip_that_moves_otherwise_fails_alone(
    caption_of: dict[str, str], drawing_of: dict[str, str], criterion: str
) -> None:
    drawn = clip_scene(**drawing_of)
    thing = dataclasses.replace(drawn.things[0], motion=caption_of.get("motion", ""))
    asked = dataclasses.replace(drawn, things=(thing,), camera=caption_of.get("camera", ""))
    verdict = check(asked, draw(drawn))
    assert verdict == {"background": True, "colour": True, "shape": True, criterion: False}


def test_a_thing_that_vanishes_has_no_motion() -> None:
    scene = clip_scene(motion="moving left")
    clip = draw(scene)
    clip[6:] = draw(dataclasses.replace(scene, things=()), CLIP_FRAMES - 6)
    assert check(scene, clip)["direction"] is False
