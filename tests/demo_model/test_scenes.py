"""Scenes and captions of the demonstration model, and what it is never shown."""

import itertools
import random

import numpy as np
import pytest

from generation.demo_model.drawing import CLIP_FRAMES, SIDE, draw
from generation.demo_model.held_out import ASIDE, held_out_scenes, training_scenes
from generation.demo_model.scenes import EFFECTS, Scene, Thing, caption
from generation.demo_model.words import CAMERA, KNOWN, MOTIONS, unknown_words


def some_training_scenes(count: int = 4000) -> list[Scene]:
    return list(itertools.islice(training_scenes(random.Random(7)), count))


def test_no_look_of_a_held_out_caption_occurs_in_training() -> None:
    held_out = held_out_scenes()
    assert set().union(*(scene.looks for scene in held_out)) <= ASIDE
    assert not any(scene.looks & ASIDE for scene in some_training_scenes())


def test_no_held_out_caption_occurs_in_training_as_clip_or_still() -> None:
    scenes = some_training_scenes()
    learned = {caption(scene) for scene in scenes} | {caption(scene, True) for scene in scenes}
    held_out = [caption(scene) for scene in held_out_scenes()]
    assert len(set(held_out)) == 200
    assert not learned & set(held_out)


def test_the_held_out_captions_are_the_same_every_time() -> None:
    captions = [caption(scene) for scene in held_out_scenes()]
    assert captions == [caption(scene) for scene in held_out_scenes()]
    assert captions[0] == "a white triangle on the left on a yellow background"


def test_training_shows_every_motion_camera_and_effect() -> None:
    scenes = some_training_scenes()
    assert {scene.camera for scene in scenes} == {"", *CAMERA}
    assert {scene.effect for scene in scenes} == {"", *EFFECTS}
    assert {thing.motion for scene in scenes for thing in scene.things} == {"", *MOTIONS}


def test_captions_use_known_words_only() -> None:
    for scene in some_training_scenes(500):
        assert unknown_words(caption(scene)) == []
        assert unknown_words(caption(scene, still=True)) == []


def test_unknown_words_are_told_once_each_in_their_order() -> None:
    prompt = "A Zebra near a red star, riding a zebra at 4K"
    assert unknown_words(prompt) == ["zebra", "near", "riding", "4k"]
    assert "riding" not in KNOWN


@pytest.mark.parametrize(
    ("scene", "clip", "still"),
    [
        (
            Scene(
                "blue", (Thing("star", "orange", (0, 0), 0.4, "small", "growing"),), "at the top"
            ),
            "a small orange star growing at the top on a blue background",
            "a small orange star at the top on a blue background",
        ),
        (
            Scene("red", (Thing("ring", "orange", (0, 0), 0.4),), camera="camera pans left"),
            "an orange ring on a red background , camera pans left",
            "an orange ring on a red background",
        ),
        (
            Scene(
                "orange",
                (Thing("ring", "red", (0, -0.5), 0.3), Thing("star", "pink", (0, 0.5), 0.3)),
                relation="above",
            ),
            "a red ring above a pink star on an orange background",
            "a red ring above a pink star on an orange background",
        ),
        (
            Scene("red", (Thing("ring", "blue", (0, 0), 0.4),), effect="old photo comes to life"),
            "old photo comes to life , a blue ring on a red background",
            "old photo , a blue ring on a red background",
        ),
        (
            Scene(
                "red",
                (Thing("ring", "blue", (-0.5, 0), 0.3), Thing("star", "pink", (0.5, 0), 0.3)),
                effect="embrace",
            ),
            "a blue ring and a pink star embrace on a red background",
            "a blue ring and a pink star on a red background",
        ),
    ],
)
def test_captions_say_what_is_shown(scene: Scene, clip: str, still: str) -> None:
    assert caption(scene) == clip
    assert caption(scene, still=True) == still


def test_a_clip_begins_with_its_still_and_goes_on_where_it_was_left() -> None:
    for scene in some_training_scenes(12):
        clip = draw(scene)
        assert clip.shape == (CLIP_FRAMES, SIDE, SIDE, 3)
        assert clip.dtype == np.float32
        assert clip.min() >= 0
        assert clip.max() <= 1
        np.testing.assert_allclose(clip[:1], draw(scene, 1), atol=1e-6)
        np.testing.assert_allclose(clip[8:], draw(scene, CLIP_FRAMES - 8, first=8), atol=1e-6)


def test_an_old_photo_is_sepia_and_gets_its_colours_back() -> None:
    scene = Scene("blue", (Thing("ring", "red", (0, 0), 0.4),), effect="old photo comes to life")
    clip = draw(scene)
    assert np.ptp(clip[0], axis=-1).max() < 0.25
    assert np.ptp(clip[-1], axis=-1).max() > 0.6
