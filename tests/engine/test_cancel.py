"""A render that is not wanted any more stops, and the next one is not touched by it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from generation.engine.errors import RUN_TIMEOUT, EngineFailure, RenderCanceled
from generation.engine.process import ChildEngine
from generation.engine.types import Progress, RenderSpec
from tests.engine.conftest import Steps, config_of, render

pytestmark = pytest.mark.engine

LONG = RenderSpec("video", "a", seconds=5, steps=400)


def test_cancel_stops_within_a_step_and_the_next_render_is_right(engine: ChildEngine) -> None:
    spec = RenderSpec("image", "a red boat", seed=3)
    before = render(engine, spec)
    steps = Steps(stop_at=Progress("denoise", 5, 400))
    with pytest.raises(RenderCanceled):
        render(engine, LONG, steps.note, steps.stop)
    assert steps.seen[-1] == Progress("denoise", 5, 400)
    assert np.array_equal(render(engine, spec).frames, before.frames)


def test_cancel_before_the_first_step(engine: ChildEngine) -> None:
    steps = Steps()
    with pytest.raises(RenderCanceled):
        render(engine, LONG, steps.note, lambda: True)
    assert steps.seen == []


def test_a_deadline_ends_a_render(engine: ChildEngine) -> None:
    steps = Steps()
    with pytest.raises(EngineFailure) as failure:
        render(engine, LONG, steps.note, steps.stop, deadline=time.monotonic() + 0.3)
    assert failure.value.code == RUN_TIMEOUT
    assert Progress("decode") not in steps.seen


def test_a_caller_that_fails_stops_its_render(engine: ChildEngine) -> None:
    def lose_the_lease(progress: Progress) -> None:
        if progress.step == 2:
            raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError, match="database"):
        render(engine, LONG, lose_the_lease, lambda: False)
    render(engine, RenderSpec("image", "a"))


def test_a_child_that_does_not_stop_in_time_is_killed(demo_folder: Path, tmp_path: Path) -> None:
    with ChildEngine(config_of(demo_folder, tmp_path), cancel_grace_seconds=0) as engine:
        engine.warm()
        first = engine.pid
        steps = Steps(stop_at=Progress("decode"))
        with pytest.raises(RenderCanceled):
            render(engine, RenderSpec("video", "a", seconds=10), steps.note, steps.stop)
        assert not engine.pid
        render(engine, RenderSpec("image", "a"))
        assert engine.pid not in (None, first)
    assert list(tmp_path.iterdir()) == []
