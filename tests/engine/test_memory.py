"""Memory policies: what each does to the pixels, and where one is refused."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generation.engine.errors import ENGINE_ERROR, EngineFailure, RenderCanceled
from generation.engine.process import ChildEngine
from generation.engine.profiles import PROFILE_FILE
from generation.engine.types import EngineConfig, Progress, RenderSpec
from generation.model_registry import Memory, Model, Registry
from tests.engine.conftest import Steps, render, run_module

pytestmark = pytest.mark.engine

POLICIES = {
    "plain": Memory(),
    "grouped": Memory(offload="group"),
    "float8": Memory(quantised="float8"),
    "tiles": Memory(tiling=True),
    "first-block": Memory(step_cache="first_block"),
    "pyramid": Memory(step_cache="pyramid"),
    "taylor": Memory(step_cache="taylor"),
    "offloaded": Memory(offload="model"),
    "compiled": Memory(compile=True),
}


@pytest.fixture(scope="module")
def policed(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildEngine]:
    """The demo checkpoint under every policy, and a plain picture model with a step cache."""
    home = tmp_path_factory.mktemp("memory")
    built = run_module("tests.engine.plain_checkpoint", str(home / "plain"))
    assert built.returncode == 0, built.stderr
    model = Model("x", str(demo_folder), serves=("image", "video", "prefix"), prefix_frames=9)
    models = [replace(model, id=name, memory=memory) for name, memory in POLICIES.items()]
    cached = Memory(step_cache="first_block")
    models.append(Model("still", str(home / "plain"), serves=("image",), memory=cached))
    with ChildEngine(EngineConfig(Registry(tuple(models)), "cpu", home / "scratch")) as engine:
        yield engine


def clip(model: str, steps: int = 12) -> RenderSpec:
    return RenderSpec("video", "waves", seconds=1, seed=3, steps=steps, model=model)


# Mean difference from the plain pixels, of 255.
@pytest.mark.parametrize(
    ("policy", "differs"),
    [
        ("grouped", 0.0),
        ("tiles", 0.0),
        ("float8", 8.0),
        ("first-block", 12.0),
        ("pyramid", 12.0),
        ("taylor", 25.0),
    ],
)
def test_a_policy_changes_pixels_no_more_than_it_says(
    policed: ChildEngine, policy: str, differs: float
) -> None:
    plain = render(policed, clip("plain")).frames.astype(int)
    made = render(policed, clip(policy))
    assert made.model_id == policy
    assert np.abs(plain - made.frames).mean() <= differs
    assert np.array_equal(render(policed, clip(policy)).frames, made.frames)
    assert np.array_equal(render(policed, clip("plain")).frames, plain)


@pytest.mark.parametrize("policy", ["first-block", "pyramid", "taylor"])
def test_a_step_cache_is_forgotten_by_a_cancel(policed: ChildEngine, policy: str) -> None:
    before = render(policed, clip(policy)).frames
    steps = Steps(stop_at=Progress("denoise", 5, 400))
    with pytest.raises(RenderCanceled):
        render(policed, clip(policy, steps=400), steps.note, steps.stop)
    assert np.array_equal(render(policed, clip(policy)).frames, before)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (clip("offloaded"), "needs an accelerator"),
        (clip("compiled"), "needs an accelerator"),
        (RenderSpec("image", "a", model="still"), "does not work with StableDiffusionPipeline"),
    ],
)
def test_what_cannot_be_done_is_refused_and_the_next_job_works(
    policed: ChildEngine, spec: RenderSpec, why: str
) -> None:
    with pytest.raises(EngineFailure, match=why) as failure:
        render(policed, spec)
    assert failure.value.code == ENGINE_ERROR
    render(policed, clip("plain"))


@pytest.mark.parametrize(("cache_mb", "kept"), [(0, True), (10, True), (5, False)])
def test_the_longest_idle_model_makes_room_before_the_next_is_loaded(
    demo_folder: Path, tmp_path: Path, cache_mb: int, kept: bool
) -> None:
    for name in ("one", "two"):
        shutil.copytree(demo_folder, tmp_path / name)
    models = tuple(
        Model(name, str(tmp_path / name), serves=("image",), vram_mb=4) for name in ("one", "two")
    )
    config = EngineConfig(Registry(models), "cpu", tmp_path / "scratch", cache_mb=cache_mb)
    with ChildEngine(config) as engine:
        render(engine, RenderSpec("image", "a", model="one"))
        render(engine, RenderSpec("image", "a", model="two"))
        shutil.rmtree(tmp_path / "one")
        if kept:
            render(engine, RenderSpec("image", "a", model="one"))
            return
        with pytest.raises(EngineFailure):
            render(engine, RenderSpec("image", "a", model="one"))
        render(engine, RenderSpec("image", "a", model="two"))


def test_two_entries_of_one_checkpoint_share_its_weights(demo_folder: Path, tmp_path: Path) -> None:
    """A second kind starts warm: the weights are not on the disk any more when it begins."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    models = (
        Model("pictures", str(folder), serves=("image",)),
        Model("clips", str(folder), serves=("video", "prefix"), prefix_frames=9),
    )
    config = EngineConfig(Registry(models), "cpu", tmp_path / "scratch")
    with ChildEngine(config) as engine:
        assert render(engine, RenderSpec("image", "a")).model_id == "pictures"
        shutil.rmtree(folder)
        made = render(engine, RenderSpec("video", "a", seconds=1))
        assert made.model_id == "clips"
        longer = RenderSpec("video", "a", seconds=1, prefix=made.frames)
        assert len(render(engine, longer).frames) == 8


def test_what_lacks_memory_alone_is_decoded_in_tiles(
    demo_folder: Path, tmp_path: Path, exact_memory: None
) -> None:
    folder = tmp_path / "large"
    shutil.copytree(demo_folder, folder)
    profile = json.loads((folder / PROFILE_FILE).read_text())
    (folder / PROFILE_FILE).write_text(json.dumps({**profile, "render_long_side": None}))
    models = (Model("large", str(folder), serves=("image",)),)
    seen: list[Progress] = []
    with ChildEngine(EngineConfig(Registry(models), "cpu", tmp_path / "scratch")) as engine:
        render(engine, RenderSpec("image", "a", steps=1))
        child = engine.pid
        assert child is not None
        pages = int(Path(f"/proc/{child}/statm").read_text().split()[0])
        # Whole it takes 113 MiB more, in tiles 36.
        room = pages * resource.getpagesize() + 64 * 2**20
        most = resource.prlimit(child, resource.RLIMIT_AS)[1]
        resource.prlimit(child, resource.RLIMIT_AS, (room, most))
        spec = RenderSpec("image", "a", steps=1, width=896, height=896)
        assert render(engine, spec, seen.append).frames.shape == (1, 896, 896, 3)
        assert engine.pid == child
    assert [one.stage for one in seen].count("decode") == 2
