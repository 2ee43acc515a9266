"""Pieces of several jobs in one call of the pipeline."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from generation.engine.errors import RUN_TIMEOUT, WORKER_LOST, EngineFailure, RenderCanceled
from generation.engine.process import ChildEngine
from generation.engine.types import Outcome, Progress, Rendered, RenderSpec
from tests.engine.conftest import config_of, render

pytestmark = pytest.mark.engine

PROMPTS = ["a red boat", "a blue whale", "黄昏的灯塔", "snow " * 40]
SPECS = [RenderSpec("image", prompt, seed=seed) for seed, prompt in enumerate(PROMPTS)]


def render_all(engine: ChildEngine, specs: list[RenderSpec]) -> list[Rendered]:
    outcomes = engine.render_batch(specs, lambda progress: None, list)
    assert all(isinstance(outcome, Rendered) for outcome in outcomes), outcomes
    return [outcome for outcome in outcomes if isinstance(outcome, Rendered)]


def kinds(outcomes: list[Outcome]) -> list[str]:
    return [
        outcome.code if isinstance(outcome, EngineFailure) else type(outcome).__name__
        for outcome in outcomes
    ]


def test_a_piece_is_the_same_alone_and_with_others(engine: ChildEngine) -> None:
    """To two steps of 255: sums over a batch are rounded in another order than over one."""
    together = render_all(engine, SPECS)
    assert [piece.rendered_with for piece in together] == [4] * 4
    for spec, piece in zip(SPECS, together, strict=True):
        alone = render(engine, spec)
        assert alone.rendered_with == 1
        assert np.abs(alone.frames.astype(int) - piece.frames).max() <= 2


def test_its_place_in_the_batch_does_not_matter(engine: ChildEngine) -> None:
    forwards, backwards = render_all(engine, SPECS), render_all(engine, SPECS[::-1])[::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert np.abs(one.frames.astype(int) - other.frames).max() <= 2


def test_one_with_something_to_keep_out_among_others(engine: ChildEngine) -> None:
    kept_out = RenderSpec("image", "a red boat", seed=0, negative_prompt="storm")
    plain, other = render_all(engine, [SPECS[0], kept_out])
    assert np.abs(render(engine, SPECS[0]).frames.astype(int) - plain.frames).max() <= 2
    assert np.abs(render(engine, kept_out).frames.astype(int) - other.frames).max() <= 2


def test_more_pieces_than_a_call_takes(engine: ChildEngine) -> None:
    seen: list[Progress] = []
    specs = [RenderSpec("image", "a", seed=seed) for seed in range(6)]
    outcomes = engine.render_batch(specs, seen.append, list)
    assert kinds(outcomes) == ["Rendered"] * 6
    assert seen == [
        Progress("load"),
        *(Progress("denoise", step, 20) for step in range(1, 21)),
        Progress("decode"),
    ]


def test_one_canceled_and_the_others_are_made(engine: ChildEngine) -> None:
    steps: list[Progress] = []
    outcomes = engine.render_batch(
        SPECS, steps.append, lambda: [1] if Progress("denoise", 3, 10) in steps else []
    )
    assert kinds(outcomes) == ["Rendered", "RenderCanceled", "Rendered", "Rendered"]
    assert steps[-1] == Progress("decode")


def test_all_canceled_stops_within_a_step(engine: ChildEngine) -> None:
    steps: list[Progress] = []
    specs = [RenderSpec("image", "a", seed=seed, steps=400) for seed in range(4)]
    outcomes = engine.render_batch(
        specs, steps.append, lambda: range(4) if Progress("denoise", 3, 400) in steps else []
    )
    assert [type(outcome) for outcome in outcomes] == [RenderCanceled] * 4
    assert steps[-1] == Progress("denoise", 3, 400)


def test_what_was_ready_before_the_worker_was_lost_is_kept(own_engine: ChildEngine) -> None:
    def kill(progress: Progress) -> None:
        if progress.step == 15:
            assert own_engine.pid is not None
            os.kill(own_engine.pid, signal.SIGKILL)

    specs = [RenderSpec("image", "a", seed=seed) for seed in range(8)]
    outcomes = own_engine.render_batch(specs, kill, list)
    assert kinds(outcomes) == ["Rendered"] * 4 + [WORKER_LOST] * 4


def test_what_is_not_ready_by_the_deadline_fails(engine: ChildEngine) -> None:
    late = engine.render_batch(SPECS, lambda progress: None, list, deadline=time.monotonic())
    assert kinds(late) == [RUN_TIMEOUT] * 4


@pytest.fixture
def narrow_engine(demo_folder: Path, tmp_path: Path, exact_memory: None) -> Iterator[ChildEngine]:
    """An engine that tries sixty-four at once."""
    config = config_of(demo_folder, tmp_path / "scratch", batch_max=64)
    with ChildEngine(config) as engine:
        engine.warm()
        yield engine


def test_too_many_for_the_memory_are_made_in_smaller_calls(narrow_engine: ChildEngine) -> None:
    render(narrow_engine, SPECS[0])
    child = narrow_engine.pid
    assert child is not None
    pages = int(Path(f"/proc/{child}/statm").read_text().split()[0])
    # Sixty-four at once take 52 MiB more, half of them 27.
    room = pages * resource.getpagesize() + 40 * 2**20
    resource.prlimit(
        child, resource.RLIMIT_AS, (room, resource.prlimit(child, resource.RLIMIT_AS)[1])
    )
    specs = [RenderSpec("image", "a", seed=seed, steps=1) for seed in range(64)]
    made = render_all(narrow_engine, specs)
    assert max(piece.rendered_with for piece in made) < 64
    assert narrow_engine.pid == child


def test_a_full_scratch_disk_fails_the_pieces_and_not_the_child(own_engine: ChildEngine) -> None:
    """The scratch disk is full: the child says so for each piece, and lives."""
    own_engine.warm()
    child = own_engine.pid
    assert child is not None
    resource.prlimit(child, resource.RLIMIT_FSIZE, (4096, 4096))
    outcomes = own_engine.render_batch(SPECS, lambda progress: None, list)
    assert kinds(outcomes) == ["INTERNAL.ENGINE"] * 4
    assert own_engine.pid == child


def test_pieces_of_one_batch_are_alike(engine: ChildEngine) -> None:
    with pytest.raises(ValueError, match="one kind"):
        engine.render_batch([SPECS[0], RenderSpec("image", "a", steps=3)], lambda at: None, list)
