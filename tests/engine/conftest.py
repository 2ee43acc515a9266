"""A demo checkpoint and a running engine, made once for all tests of the engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generation.engine.process import ChildEngine
from generation.engine.remote import RemoteEngine
from generation.engine.routing import RoutedEngine
from generation.engine.types import EngineConfig, Progress, Rendered, RenderSpec
from generation.known_models import of_two

Engine = ChildEngine | RemoteEngine | RoutedEngine
ROOT = Path(__file__).resolve().parents[2]


def run_module(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m module` as an operator would; torch stays out of the test process."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def config_of(
    folder: Path, scratch: Path, batch_max: int = 4, **changes: str | None
) -> EngineConfig:
    """One folder for both kinds, on the CPU, unless told otherwise."""
    device = changes.pop("device", "cpu")
    values: dict[str, str | None] = {
        "image_model": str(folder),
        "image_revision": None,
        "video_model": str(folder),
        "video_revision": None,
        **changes,
    }
    registry = of_two(**values)  # type: ignore[arg-type]
    return EngineConfig(registry, device or "", scratch, batch_max)


def render(
    engine: Engine,
    spec: RenderSpec,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_cancel: Callable[[], bool] = lambda: False,
    deadline: float | None = None,
) -> Rendered:
    """Render one piece, a batch of one. Raises what became of it when it was not rendered."""
    [outcome] = engine.render_batch(
        [spec], on_progress, lambda: [0] if should_cancel() else [], deadline
    )
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


class Steps:
    """Notes the progress of a render and asks to stop at a chosen step."""

    def __init__(self, stop_at: Progress | None = None) -> None:
        self.seen: list[Progress] = []
        self.stop_at = stop_at

    def note(self, progress: Progress) -> None:
        self.seen.append(progress)

    def stop(self) -> bool:
        return self.stop_at in self.seen


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo checkpoint, built by its command."""
    folder = tmp_path_factory.mktemp("checkpoints") / "demo"
    built = run_module("generation.engine.demo_checkpoint", str(folder))
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="session")
def session_scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scratch folder of the shared engine, which makes it itself."""
    return tmp_path_factory.mktemp("engine") / "scratch"


@pytest.fixture(scope="session")
def session_engine(demo_folder: Path, session_scratch: Path) -> Iterator[ChildEngine]:
    with ChildEngine(config_of(demo_folder, session_scratch)) as engine:
        engine.warm()
        yield engine


@pytest.fixture
def engine(session_engine: ChildEngine) -> Iterator[ChildEngine]:
    """The shared engine. Each test must leave its child alive and healthy."""
    pid = session_engine.pid
    yield session_engine
    assert session_engine.pid == pid


@pytest.fixture
def exact_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children whose memory is what they use: freed buffers go back at once, no thread takes 64 MiB
    of addresses for a heap of its own, and no kernel is kept for each size of a batch. What fits
    under a limit is then the same each time.
    """
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "65536")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0")


@pytest.fixture
def own_engine(demo_folder: Path, tmp_path: Path) -> Iterator[ChildEngine]:
    """An engine whose child a test may lose."""
    with ChildEngine(config_of(demo_folder, tmp_path / "scratch")) as engine:
        yield engine
