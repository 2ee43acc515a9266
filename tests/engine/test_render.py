"""Pictures and clips from the demo checkpoint, through the child."""

from __future__ import annotations

import re

import numpy as np
import pytest

from generation.engine.process import ChildEngine
from generation.engine.types import Progress, RenderSpec
from tests.engine.conftest import Steps, render

pytestmark = pytest.mark.engine


def test_a_picture(engine: ChildEngine) -> None:
    picture = render(engine, RenderSpec("image", "a lighthouse at dusk", seed=7))
    assert picture.frames.shape == (1, 512, 512, 3)
    assert (picture.width, picture.height, picture.fps) == (512, 512, 0)
    assert picture.frames.dtype == np.uint8
    assert not picture.frames.flags.writeable
    assert picture.frames.std() > 10  # something is to be seen
    assert picture.model == "demo"
    assert re.fullmatch("[0-9a-f]{64}", picture.revision)
    assert set(picture.versions) == {"torch", "diffusers", "transformers"}
    assert picture.device == "cpu"
    assert picture.render_seconds > 0


def test_a_clip(engine: ChildEngine) -> None:
    clip = render(engine, RenderSpec("video", "waves", seconds=5))
    assert clip.frames.shape == (41, 360, 640, 3)
    assert (clip.fps, clip.seconds_contract) == (8, 5)
    assert len(clip.frames) / clip.fps >= clip.seconds_contract
    changes = np.abs(np.diff(clip.frames[::5, ::8, ::8].astype(int), axis=0)).mean(axis=(1, 2, 3))
    assert changes.min() > 0.5  # it moves from first to last


def test_progress_is_every_real_step_in_order(engine: ChildEngine) -> None:
    steps = Steps()
    render(engine, RenderSpec("image", "a"), steps.note, steps.stop)
    assert steps.seen == [
        Progress("load"),
        *(Progress("denoise", step, 10) for step in range(1, 11)),
        Progress("decode"),
    ]


def test_the_number_of_steps_can_be_asked(engine: ChildEngine) -> None:
    steps = Steps()
    render(engine, RenderSpec("video", "a", seconds=1, steps=3), steps.note, steps.stop)
    assert steps.seen[-2:] == [Progress("denoise", 3, 3), Progress("decode")]


def test_the_same_seed_gives_the_same_pixels(engine: ChildEngine) -> None:
    spec = RenderSpec("image", "a red boat", seed=11)
    first = render(engine, spec)
    other_kind_between = render(engine, RenderSpec("video", "a red boat", seed=11, seconds=1))
    assert np.array_equal(first.frames, render(engine, spec).frames)
    assert len(other_kind_between.frames) == 9


@pytest.mark.parametrize(
    "other",
    [
        RenderSpec("image", "a red boat", seed=12),
        RenderSpec("image", "a blue whale", seed=11),
        RenderSpec("image", "a red boat", seed=11, negative_prompt="storm, night"),
        RenderSpec("image", "a red boat", seed=11, guidance=6.0),
    ],
)
def test_seed_prompt_and_guidance_change_the_picture(
    engine: ChildEngine, other: RenderSpec
) -> None:
    first = render(engine, RenderSpec("image", "a red boat", seed=11)).frames.astype(int)
    assert np.abs(first - render(engine, other).frames).mean() > 0.5


def test_a_size_can_be_asked(engine: ChildEngine) -> None:
    picture = render(engine, RenderSpec("image", "a", width=300, height=801))
    assert (picture.width, picture.height) == (300, 801)
    clip = render(engine, RenderSpec("video", "a", seconds=1, width=301, height=533))
    assert (clip.width, clip.height) == (300, 532)  # yuv420p halves both sides
    assert clip.frames.shape[1:3] == (532, 300)


def test_any_language_and_any_length_of_prompt(engine: ChildEngine) -> None:
    render(engine, RenderSpec("image", "黄昏的灯塔 🗼\x00\n" + "long " * 2000))


def test_one_engine_renders_one_thing_at_a_time(engine: ChildEngine) -> None:
    def render_inside(progress: Progress) -> None:
        render(engine, RenderSpec("image", "b"))

    with pytest.raises(RuntimeError, match="one thing at a time"):
        render(engine, RenderSpec("image", "a"), render_inside, lambda: False)
    render(engine, RenderSpec("image", "a"))
