"""Clips that start with a picture, end with one, or go on from another clip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from generation.engine.display import fill, fit
from generation.engine.errors import MODEL_UNFIT, EngineFailure, RenderCanceled
from generation.engine.process import ChildEngine
from generation.engine.types import EngineConfig, Progress, RenderSpec
from generation.model_registry import Model, Registry
from tests.engine.conftest import Steps, render, run_module

pytestmark = pytest.mark.engine

# As the demo checkpoint renders it: nothing is scaled, nothing cropped.
SIZE = {"width": 128, "height": 96}


def picture(seed: int, width: int = 128, height: int = 96) -> NDArray[np.uint8]:
    """Soft patches of colour."""
    patches = np.random.default_rng(seed).integers(0, 255, (3, 4, 3), np.uint8)
    return fill(np.repeat(np.repeat(patches, 8, 0), 8, 1), width, height)


def bare(folder: Path, tmp_path: Path, **given: Any) -> NDArray[np.uint8]:
    """What plain diffusers makes, delivered as it is."""
    np.savez(tmp_path / "in.npz", prompt="waves", seed=7, steps=4, size=(128, 96), **given)
    ran = run_module(
        "tests.engine.bare_loop", str(folder), str(tmp_path / "in.npz"), str(tmp_path / "out.npz")
    )
    assert ran.returncode == 0, ran.stderr
    frames = np.load(tmp_path / "out.npz")["frames"]
    pixels: NDArray[np.uint8] = (frames * 255).round().clip(0, 255).astype(np.uint8)
    return pixels


def clip(**given: Any) -> RenderSpec:
    return RenderSpec("video", "waves", seed=7, steps=4, **{"seconds": 1, **SIZE, **given})


def nearly(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return one.shape == other.shape and int(np.abs(one.astype(int) - other).max()) <= 2


def test_a_first_frame_is_what_diffusers_is_given(
    engine: ChildEngine, demo_folder: Path, tmp_path: Path
) -> None:
    first = picture(1)
    made = render(engine, clip(first_frame=first)).frames
    assert nearly(made, bare(demo_folder, tmp_path, frames=9, video=first[None]))
    assert not nearly(made, render(engine, clip(first_frame=picture(2))).frames)
    assert not nearly(made, render(engine, clip()).frames)


def test_a_last_frame_too(engine: ChildEngine, demo_folder: Path, tmp_path: Path) -> None:
    first, last = picture(1), picture(3)
    made = render(engine, clip(first_frame=first, last_frame=last)).frames
    assert nearly(made, bare(demo_folder, tmp_path, frames=9, video=first[None], end=last))
    assert not nearly(made, render(engine, clip(first_frame=first)).frames)


def test_an_extension_goes_on_from_the_last_frames_and_holds_the_new_ones_only(
    engine: ChildEngine, demo_folder: Path, tmp_path: Path
) -> None:
    parent = np.stack([picture(seed) for seed in range(12)])
    made = render(engine, clip(prefix=parent)).frames
    whole = bare(demo_folder, tmp_path, frames=17, video=parent[-9:])
    assert nearly(made, whole[9:])
    assert len(made) == 8
    other = parent.copy()
    other[-1] = picture(99)
    assert not nearly(made, render(engine, clip(prefix=other)).frames)
    # What lies before the frames that are wanted says nothing.
    other = parent.copy()
    other[:3] = 0
    assert nearly(made, render(engine, clip(prefix=other)).frames)


@pytest.mark.parametrize(("given", "frames"), [(1, 8), (8, 8), (9, 8), (30, 8)])
def test_a_prefix_of_any_length_is_gone_on_from(
    engine: ChildEngine, given: int, frames: int
) -> None:
    parent = np.stack([picture(seed, 64, 80) for seed in range(given)])
    assert len(render(engine, clip(prefix=parent)).frames) == frames


def test_the_same_seed_gives_the_same_extension(engine: ChildEngine) -> None:
    spec = clip(prefix=np.stack([picture(seed) for seed in range(9)]))
    again = render(engine, spec).frames
    assert np.array_equal(render(engine, spec).frames, again)


def test_a_cancel_of_an_extension_leaves_nothing_behind(engine: ChildEngine) -> None:
    before = render(engine, clip()).frames
    parent = np.stack([picture(seed) for seed in range(9)])
    steps = Steps(stop_at=Progress("denoise", 2, 400))
    long = RenderSpec("video", "waves", seconds=5, steps=400, prefix=parent)
    with pytest.raises(RenderCanceled):
        render(engine, long, steps.note, steps.stop)
    assert np.array_equal(render(engine, clip()).frames, before)


@pytest.mark.parametrize("shape", [(300, 400), (96, 128), (50, 50), (1000, 90)])
@pytest.mark.parametrize("shown", [(128, 72), (128, 96), (66, 96)])
def test_what_is_fitted_is_what_would_be_delivered(
    shape: tuple[int, int], shown: tuple[int, int]
) -> None:
    across, down = (np.linspace(0, 255, side) for side in (shape[1], shape[0]))
    given = np.stack(np.broadcast_arrays(across[None], down[:, None], 99), -1).astype(np.uint8)
    fitted = np.asarray(fit(given, shown, 128, 96))
    assert fitted.shape == (96, 128, 3)
    delivered = fill(fitted, *shown)
    # The middle of what was given is the middle of what is delivered.
    middle = given[shape[0] // 2, shape[1] // 2].astype(int)
    assert np.abs(delivered[shown[1] // 2, shown[0] // 2] - middle).max() <= 6


@pytest.fixture(scope="module")
def short_engine(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes two seconds at once, and no pictures."""
    model = Model(
        "short",
        str(demo_folder),
        serves=("video", "first_frame", "last_frame", "prefix"),
        prefix_frames=9,
        seconds_native=2,
    )
    scratch = tmp_path_factory.mktemp("short")
    with ChildEngine(EngineConfig(Registry((model,)), "cpu", scratch)) as engine:
        yield engine


def test_a_clip_too_long_for_one_call_continues_itself(
    short_engine: ChildEngine, demo_folder: Path, tmp_path: Path
) -> None:
    steps = Steps()
    made = render(short_engine, clip(seconds=5), steps.note, steps.stop).frames
    assert len(made) == 17 + 16 + 8
    assert nearly(made[:17], bare(demo_folder, tmp_path, frames=17))
    assert [one.step for one in steps.seen if one.stage == "denoise"] == list(range(1, 13))
    assert [one.stage for one in steps.seen].count("decode") == 1
    assert np.array_equal(render(short_engine, clip(seconds=5)).frames, made)


def test_the_last_frame_belongs_to_the_last_call(short_engine: ChildEngine) -> None:
    first = picture(1)
    open_end = render(short_engine, clip(seconds=4, first_frame=first)).frames
    closed = render(short_engine, clip(seconds=4, first_frame=first, last_frame=picture(3))).frames
    assert len(closed) == 33
    assert nearly(closed[:17], open_end[:17])
    # With random weights it shows little, but it shows.
    assert not np.array_equal(closed[17:], open_end[17:])


def test_what_no_model_can_do_fails_before_anything_is_started(tmp_path: Path) -> None:
    model = Model("pictures", "acme/ink", "c0ffee" * 6 + "beef", serves=("image", "first_frame"))
    with ChildEngine(EngineConfig(Registry((model,)), "cpu", tmp_path / "scratch")) as engine:
        for spec in (clip(), clip(prefix=picture(1)[None]), RenderSpec("image", "a", model="no")):
            with pytest.raises(EngineFailure) as failure:
                render(engine, spec)
            assert failure.value.code == MODEL_UNFIT
        assert engine.pid is None
