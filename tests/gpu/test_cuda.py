"""The same renders on a CUDA device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from generation.engine.process import ChildEngine
from generation.engine.types import RenderSpec
from tests.engine.conftest import config_of, render, run_module

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.engine,
    pytest.mark.skipif(not Path("/dev/nvidiactl").exists(), reason="no CUDA device"),
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ChildEngine]]:
    """One engine on the CPU and one on the first CUDA device, with the same checkpoint."""
    home = tmp_path_factory.mktemp("gpu")
    built = run_module("generation.engine.demo_checkpoint", str(home / "demo"))
    assert built.returncode == 0, built.stderr
    with (
        ChildEngine(config_of(home / "demo", home / "scratch")) as cpu,
        ChildEngine(config_of(home / "demo", home / "scratch", device="")) as cuda,
    ):
        yield {"cpu": cpu, "cuda": cuda}


@pytest.mark.parametrize(
    "spec", [RenderSpec("image", "a red boat", seed=3), RenderSpec("video", "waves", seconds=1)]
)
def test_a_seed_means_the_same_picture_on_cuda(
    engines: dict[str, ChildEngine], spec: RenderSpec
) -> None:
    on_cuda = render(engines["cuda"], spec)
    assert on_cuda.device == "cuda"
    assert np.array_equal(on_cuda.frames, render(engines["cuda"], spec).frames)
    # CUDA renders in bfloat16: near, not equal.
    on_cpu = render(engines["cpu"], spec).frames.astype(int)
    assert np.abs(on_cpu - on_cuda.frames).mean() < 6
