"""Effects: sound ones only, and frames that are made of their pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from generation.effects import EffectOffer, breaches, in_language
from generation.effects_launch import EFFECTS
from generation.framing import aged, filled, frames_of

OLD, YOUNG = EFFECTS[0], EFFECTS[1]


def plain(colour: tuple[int, int, int], width: int = 300, height: int = 400) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


RED, BLUE = plain((200, 10, 10)), plain((10, 10, 200))


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.code)
def test_every_effect_of_the_launch_is_sound(effect: EffectOffer) -> None:
    assert breaches(effect) == []


def test_no_word_of_a_model_is_shown() -> None:
    told = " ".join(
        words
        for effect in EFFECTS
        for texts in (effect.name, effect.description, effect.prompts)
        for words in texts.values()
    ).lower()
    for word in ("model", "diffusion", "checkpoint", "lora", "seed", "guidance", "模型", "扩散"):
        assert word not in told


@pytest.mark.parametrize(
    ("change", "breach"),
    [
        ({"inputs": YOUNG.inputs}, "start takes 1 picture(s)"),
        ({"lengths": (7,)}, "lengths are 5 and 10 seconds"),
        ({"lengths": ()}, "lengths are 5 and 10 seconds"),
        ({"camera": {"zoom": 11}}, "no such camera"),
        ({"camera": {"dolly": 1}}, "no such camera"),
        ({"prompt": ""}, "no prompt"),
        ({"name": {"en": "Old"}}, "no zh-hans in {'en': 'Old'}"),
    ],
)
def test_what_an_effect_may_not_say(change: dict[str, object], breach: str) -> None:
    assert breaches(dataclasses.replace(OLD, **change)) == [breach]  # type: ignore[arg-type]


def test_an_unknown_language_reads_english() -> None:
    assert in_language(OLD.name, "zh-Hans") == "老照片动起来"
    assert in_language(OLD.name, "fr") == "Old photo to life"


def test_one_picture_is_the_first_frame() -> None:
    first, last = frames_of("start", [RED], (640, 360))
    assert first.shape == (360, 640, 3)
    assert last is None
    assert (first == filled(RED, (640, 360))).all()


def test_two_pictures_stand_side_by_side() -> None:
    first, last = frames_of("beside", [RED, BLUE], (641, 360))
    assert last is None
    assert first.shape == (360, 641, 3)
    assert (first[:, :320] == (200, 10, 10)).all()
    assert (first[:, 320:] == (10, 10, 200)).all()


def test_from_the_first_picture_to_the_second() -> None:
    first, last = frames_of("from_to", [RED, BLUE], (64, 64))
    assert last is not None
    assert (first == (200, 10, 10)).all()
    assert (last == (10, 10, 200)).all()


def test_an_old_print_is_warm_and_faded_and_the_same_each_time() -> None:
    first, last = frames_of("aged", [BLUE], (200, 200))
    assert last is not None
    assert (first == (10, 10, 200)).all()
    red, _green, blue = last[50:150, 50:150].reshape(-1, 3).mean(axis=0)
    assert blue < 110  # the blue has gone out of it
    assert red > 40
    assert (last == aged(first)).all()
    middle, corner = last[80:120, 80:120].mean(), last[:15, :15].mean()
    assert corner < middle * 0.85


def test_a_picture_is_never_stretched() -> None:
    disc = np.zeros((300, 900, 3), np.uint8)
    across, down = np.meshgrid(np.arange(900) - 450, np.arange(300) - 150)
    disc[across**2 + down**2 < 100**2] = 255
    inside = filled(disc, (200, 400))[..., 0] > 127
    wide, high = inside.any(axis=0).sum(), inside.any(axis=1).sum()
    assert abs(int(high) - 267) <= 3
    assert wide == 200  # cut at the sides, since the frame is narrower
