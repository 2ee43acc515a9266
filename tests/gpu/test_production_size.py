"""Seconds and memory of a clip from an architecture of production size, on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generation.engine.process import ChildEngine
from generation.engine.types import EngineConfig, RenderSpec
from generation.model_registry import ABILITIES, Memory, Model, Registry
from tests.engine.conftest import render, run_module

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.engine,
    pytest.mark.skipif(not Path("/dev/nvidiactl").exists(), reason="no CUDA device"),
]
POLICIES = {
    "plain": Memory(),
    "float8": Memory(quantised="float8"),
    "offloaded": Memory(offload="model", tiling=True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("production") / "ltx"
    built = run_module("tests.gpu.production_checkpoint", str(made))
    assert built.returncode == 0, built.stderr
    return made


@pytest.mark.parametrize("policy", POLICIES)
def test_a_five_second_clip(
    folder: Path, tmp_path: Path, policy: str, record_property: Callable[[str, object], None]
) -> None:
    model = Model(policy, str(folder), serves=ABILITIES, prefix_frames=25, memory=POLICIES[policy])
    with ChildEngine(EngineConfig(Registry((model,)), "", tmp_path / "scratch")) as engine:
        engine.warm()
        clip = RenderSpec("video", "waves", seconds=5)
        render(engine, clip)
        made = render(engine, clip)
    assert made.frames.shape == (121, 512, 768, 3)
    assert made.device == "cuda"
    assert made.vram_peak_mb > 0
    record_property("seconds", made.render_seconds)
    record_property("vram_peak_mb", made.vram_peak_mb)
    print(f"{policy}: {made.render_seconds:.1f} s, {made.vram_peak_mb} MB")  # noqa: T201
