"""A move moves as told, on every axis and in both directions; measured on the frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generation.engine.camera import PAN, ROLL, SHIFT, TILT, WORDS, ZOOM, view_maps, words_of
from generation.engine.errors import ENGINE_ERROR, EngineFailure
from generation.engine.process import ChildEngine
from generation.engine.types import AXES, MASTER_MOVES, Camera, EngineConfig, RenderSpec
from generation.model_registry import Model, Registry
from tests.engine.conftest import render, run_module
from tests.engine.registration import registered
from tests.engine.test_given_frames import SIZE, picture

pytestmark = pytest.mark.engine

ASPECT = SIZE["height"] / SIZE["width"]
BOTH_WAYS = [Camera(**{axis: amount}) for axis in AXES for amount in (-10, 10)]
MASTERS = list(MASTER_MOVES.values())


def clip(camera: Camera | None, *, anchored: bool = True, model: str | None = None) -> RenderSpec:
    first = picture(4) if anchored else None
    return RenderSpec(
        "video",
        "waves",
        seconds=1,
        seed=7,
        steps=2,
        first_frame=first,
        camera=camera,
        model=model,
        width=SIZE["width"],
        height=SIZE["height"],
    )


@pytest.fixture(scope="module")
def plain(session_engine: ChildEngine) -> dict[bool, NDArray[np.uint8]]:
    """The same clips without a camera."""
    return {
        anchored: render(session_engine, clip(None, anchored=anchored)).frames
        for anchored in (True, False)
    }


def expected(camera: Camera) -> dict[str, float]:
    """Where the view goes, in half widths, logarithms and radians."""
    focal = 1 / np.tan(np.radians(25))
    share = {axis: amount / 10 for axis, amount in camera.amounts.items()}
    pan, tilt = np.radians(PAN) * share["pan"], np.radians(TILT) * share["tilt"]
    return {
        "x": 2 * SHIFT * share["horizontal"] + focal * np.tan(pan),
        "y": -2 * SHIFT * ASPECT * share["vertical"] - focal * np.tan(tilt),
        "nearer": share["zoom"] * np.log(ZOOM),
        "turn": np.radians(ROLL) * share["roll"],
        # Turning leans the picture, going past it does not.
        "lean_x": np.tan(pan) / focal,
        "lean_y": -np.tan(tilt) / focal,
    }


@pytest.mark.parametrize("camera", BOTH_WAYS, ids=repr)
def test_each_axis_moves_as_told(
    engine: ChildEngine, plain: dict[bool, NDArray[np.uint8]], camera: Camera
) -> None:
    rendered = render(engine, clip(camera))
    assert rendered.camera == "warp"
    # It begins where it was told to begin, with the frame that was given.
    assert np.abs(rendered.frames[0].astype(int) - plain[True][0]).max() <= 2
    moved = registered(plain[True], rendered.frames)
    for name, amount in expected(camera).items():
        tolerance = max(0.04, 0.12 * abs(amount))
        assert moved[name] == pytest.approx(amount, abs=tolerance), (name, moved)


@pytest.mark.parametrize("camera", [*BOTH_WAYS, *MASTERS], ids=repr)
def test_a_free_camera_never_looks_beyond_what_was_rendered(camera: Camera) -> None:
    for aspect, plate_aspect in ((9 / 16, 9 / 16), (9 / 16, 0.75), (16 / 9, 2.0), (1.0, 1.0)):
        maps = view_maps(camera, 25, aspect=aspect, plate_aspect=plate_aspect, anchored=False)
        for x in np.linspace(-1, 1, 9):
            for y in np.linspace(-aspect, aspect, 9):
                seen = maps @ np.array([x, y, 1.0])
                assert np.abs(seen[:, 0] / seen[:, 2]).max() <= 1 + 1e-4
                assert np.abs(seen[:, 1] / seen[:, 2]).max() <= plate_aspect + 1e-4


@pytest.mark.parametrize("camera", BOTH_WAYS, ids=repr)
def test_a_free_camera_goes_as_far(camera: Camera) -> None:
    maps = view_maps(camera, 9, aspect=ASPECT, plate_aspect=ASPECT, anchored=False)
    centre = maps @ np.array([0.0, 0.0, 1.0])
    way = (centre[:, :2] / centre[:, 2:])[-1] - (centre[:, :2] / centre[:, 2:])[0]
    told = expected(camera)
    assert way == pytest.approx((told["x"], told["y"]), abs=0.02)
    widths = np.linalg.norm(maps[:, :2, 0] / maps[:, 2:, 2], axis=1)
    assert np.log(widths[0] / widths[-1]) == pytest.approx(told["nearer"], abs=0.02)


def test_the_free_camera_shows_in_the_pixels(
    engine: ChildEngine, plain: dict[bool, NDArray[np.uint8]]
) -> None:
    nearer = render(engine, clip(Camera(zoom=10), anchored=False)).frames
    assert np.abs(nearer[0].astype(int) - plain[False][0]).mean() < 2
    assert registered(plain[False], nearer)["nearer"] == pytest.approx(np.log(ZOOM), abs=0.05)


def test_master_moves_mix_axes(engine: ChildEngine, plain: dict[bool, NDArray[np.uint8]]) -> None:
    moved = registered(plain[True], render(engine, clip(MASTER_MOVES["left_turn_forward"])).frames)
    assert moved["x"] < -0.1
    assert moved["nearer"] > 0.1


def test_no_move_changes_nothing(engine: ChildEngine, plain: dict[bool, NDArray[np.uint8]]) -> None:
    still = render(engine, clip(Camera()))
    assert still.camera == ""
    assert np.array_equal(still.frames, plain[True])


def test_words_for_a_prompt() -> None:
    assert words_of(Camera(pan=-3, zoom=7)) == ("camera zooms in, camera pans left", Camera())
    left = words_of(Camera(pan=-3, zoom=7), {"zoom": WORDS["zoom"]})
    assert left == ("camera zooms in", Camera(pan=-3))


@pytest.fixture(scope="module")
def routed(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildEngine]:
    """One checkpoint under several entries: as it is, asked in words, and with an adapter."""
    home = tmp_path_factory.mktemp("loras")
    made = run_module(
        "tests.engine.lora_weights", str(demo_folder), str(home / "right.safetensors")
    )
    assert made.returncode == 0, made.stderr
    serves = ("image", "video", "first_frame")
    plain = Model("plain", str(demo_folder), serves=serves)
    taught = replace(plain, id="taught", camera="lora")
    models = (
        plain,
        replace(plain, id="asked", camera="prompt"),
        replace(taught, loras={"pan+": f"{home / 'right.safetensors'}@2.0"}),
        replace(taught, id="broken", loras={"pan+": str(home / "none.safetensors")}),
        replace(taught, id="pickled", loras={"pan+": str(home / "right.bin")}),
    )
    with ChildEngine(EngineConfig(Registry(models), "cpu", home / "scratch")) as engine:
        yield engine


def test_a_model_that_was_taught_words_is_told_in_words(routed: ChildEngine) -> None:
    told = render(routed, clip(Camera(pan=5), model="asked"))
    assert told.camera == "prompt"
    said = replace(clip(None, model="plain"), prompt="waves, camera pans right")
    assert np.array_equal(told.frames, render(routed, said).frames)


def test_a_model_with_adapters_moves_by_them_and_is_itself_again(routed: ChildEngine) -> None:
    before = render(routed, clip(None, model="plain")).frames
    moved = render(routed, clip(Camera(pan=10), model="taught"))
    less = render(routed, clip(Camera(pan=2), model="taught"))
    assert (moved.camera, moved.model_id) == ("lora", "taught")
    assert not np.array_equal(moved.frames, before)
    assert not np.array_equal(moved.frames, less.frames)
    assert np.array_equal(render(routed, clip(None, model="plain")).frames, before)
    assert np.array_equal(render(routed, clip(Camera(pan=10), model="taught")).frames, moved.frames)


def test_what_there_is_no_adapter_for_is_left_to_the_virtual_camera(routed: ChildEngine) -> None:
    both = render(routed, clip(Camera(pan=10, roll=-4), model="taught"))
    other_way = render(routed, clip(Camera(pan=-10), model="taught"))
    assert (both.camera, other_way.camera) == ("lora+warp", "warp")


@pytest.mark.parametrize(("model", "why"), [("broken", "no adapter"), ("pickled", "safetensors")])
def test_an_adapter_that_is_not_there_or_not_data(
    routed: ChildEngine, model: str, why: str
) -> None:
    with pytest.raises(EngineFailure, match=why) as failure:
        render(routed, clip(Camera(pan=10), model=model))
    assert failure.value.code == ENGINE_ERROR
    render(routed, clip(None, model="plain"))
