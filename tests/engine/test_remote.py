"""Models on a server that speaks OpenAI's video and image API, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generation.engine.errors import (
    ENGINE_ERROR,
    MODEL_UNFIT,
    OUT_OF_MEMORY,
    RUN_TIMEOUT,
    WORKER_LOST,
    EngineFailure,
    RenderCanceled,
)
from generation.engine.remote import RemoteEngine
from generation.engine.routing import RoutedEngine
from generation.engine.types import Camera, EngineConfig, Progress, Rendered, RenderSpec
from generation.model_registry import Model, Registry
from tests.engine.conftest import Engine, Steps, render
from tests.engine.test_given_frames import picture
from tests.live_stack import until
from tests.servers.videos.server import FPS, KEY, State, clip, colour, serving

SERVES = ("image", "video", "first_frame", "prefix")
CLIP = RenderSpec("video", "waves", seed=3, seconds=2, width=128, height=96)
PICTURE = RenderSpec("image", "a boat", seed=2, width=128, height=96)


@pytest.fixture
def server() -> Iterator[tuple[str, State]]:
    with serving() as running:
        yield running


@pytest.fixture
def model(server: tuple[str, State]) -> Model:
    return Model(
        "far",
        remote=server[0],
        remote_model="ink-2",
        key_env="FAR_KEY",
        serves=SERVES,
        prefix_frames=1,
    )


@pytest.fixture
def remote(model: Model) -> Iterator[RemoteEngine]:
    engine = RemoteEngine(model, {"FAR_KEY": KEY})
    yield engine
    engine.close()


@pytest.fixture
def state(server: tuple[str, State]) -> State:
    return server[1]


def near(frames: NDArray[np.uint8], wanted: tuple[int, int, int]) -> bool:
    return bool(np.abs(frames.astype(int) - wanted).mean() < 12)


def failure_of(remote: Engine, spec: RenderSpec, deadline: float | None = None) -> EngineFailure:
    with pytest.raises(EngineFailure) as failure:
        render(remote, spec, deadline=deadline)
    return failure.value


def test_a_clip(remote: RemoteEngine, state: State) -> None:
    steps = Steps()
    made = render(remote, replace(CLIP, negative_prompt="storm", camera=Camera(pan=4)), steps.note)
    assert made.frames.shape == (2 * FPS + 1, 96, 128, 3)
    assert near(made.frames, colour(3))
    assert (made.fps, made.seconds_contract, made.device) == (FPS, 2, "remote")
    assert (made.model, made.model_id, made.camera) == ("ink-2", "far", "prompt")
    [asked] = state.asked.values()
    assert asked == {
        "model": "ink-2",
        "prompt": "waves, camera pans right",
        "negative_prompt": "storm",
        "seconds": "2",
        "size": "128x96",
        "seed": "3",
        "quality": "standard",
    }
    stages = [one.stage for one in steps.seen]
    assert (stages[0], stages[-1]) == ("load", "decode")
    shares = [one.step for one in steps.seen if one.stage == "denoise"]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    # Nothing of a user's is left on the server.
    assert (state.deleted, state.videos) == (["video_1"], {})


def test_a_clip_from_a_picture_and_one_that_goes_on(remote: RemoteEngine, state: State) -> None:
    first = np.full((50, 80, 3), (200, 30, 30), np.uint8)
    made = render(remote, replace(CLIP, first_frame=first)).frames
    assert near(made[0], (200, 30, 30))
    assert near(made[-1], colour(3))
    parent = np.stack([picture(1, 80, 50), first])
    longer = render(remote, replace(CLIP, prefix=parent)).frames
    assert len(longer) == 2 * FPS
    assert near(longer[3:], colour(3))


def test_pictures_side_by_side(remote: RemoteEngine, state: State) -> None:
    specs = [replace(PICTURE, seed=seed) for seed in range(5)]
    outcomes = remote.render_batch(specs, lambda progress: None, list)
    for seed, outcome in enumerate(outcomes):
        assert isinstance(outcome, Rendered)
        assert (outcome.frames.shape, outcome.fps) == ((1, 96, 128, 3), 0)
        assert near(outcome.frames, colour(seed))
    assert {asked["n"] for asked in state.pictures} == {1}


@pytest.mark.parametrize("what", ["drop", 500, 503, 429])
def test_a_lost_answer_is_asked_for_again_and_makes_no_second_video(
    remote: RemoteEngine, state: State, what: int | str
) -> None:
    state.faults = [("POST", "/videos", what), ("GET", "/content", 502), ("GET", "video_1", "drop")]
    render(remote, CLIP)
    assert len(state.asked) == 1
    assert state.requests.count("POST /v1/videos") == 2
    assert state.faults == []


def test_a_cancel_deletes_the_video(remote: RemoteEngine, state: State) -> None:
    state.holds = True
    with pytest.raises(RenderCanceled):
        render(remote, CLIP, should_cancel=lambda: "GET /v1/videos/video_1" in state.requests)
    until(lambda: state.deleted == ["video_1"], "the video is deleted")


def test_a_deadline_deletes_the_video(remote: RemoteEngine, state: State) -> None:
    state.holds = True
    failure = failure_of(remote, CLIP, deadline=time.monotonic() + 0.5)
    assert failure.code == RUN_TIMEOUT
    until(lambda: state.deleted == ["video_1"], "the video is deleted")


def test_a_caller_that_fails_stops_its_video(remote: RemoteEngine, state: State) -> None:
    def lose_the_lease(progress: Progress) -> None:
        if progress.stage == "denoise":
            raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError, match="database"):
        render(remote, CLIP, lose_the_lease)
    until(lambda: state.deleted == ["video_1"], "the video is deleted")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": "out_of_memory", "message": "CUDA out of memory"}, OUT_OF_MEMORY),
        ({"code": "server_error", "message": "it broke"}, ENGINE_ERROR),
        ({"code": "cancelled", "message": "by somebody"}, ENGINE_ERROR),
    ],
)
def test_a_video_that_fails_there_fails_here(
    remote: RemoteEngine, state: State, error: dict[str, str], code: str
) -> None:
    state.fails_with = error
    assert failure_of(remote, CLIP).code == code
    assert state.deleted == ["video_1"]
    state.fails_with = None
    render(remote, CLIP)


def test_a_server_that_forgot_the_video_has_lost_it(remote: RemoteEngine, state: State) -> None:
    state.faults = [("GET", "video_1", 404)]
    assert failure_of(remote, CLIP).code == WORKER_LOST


def test_a_refusal_is_final(remote: RemoteEngine, state: State) -> None:
    state.faults = [("POST", "/videos", 400)]
    failure = failure_of(remote, CLIP)
    assert (failure.code, "400" in failure.message) == (ENGINE_ERROR, True)
    assert state.requests.count("POST /v1/videos") == 1


@pytest.mark.parametrize(
    ("file", "why"), [(b"<html>", "no clip"), (b"", "no clip"), (b"short", "no clip")]
)
def test_a_file_that_is_no_clip(remote: RemoteEngine, state: State, file: bytes, why: str) -> None:
    state.file = file or b"\x00"
    failure = failure_of(remote, CLIP)
    assert (failure.code, why in failure.message) == (ENGINE_ERROR, True)


def test_a_clip_that_is_too_short_is_none(remote: RemoteEngine, state: State) -> None:
    state.file = clip({"size": "128x96", "seed": "1", "seconds": "1"})
    assert "came of 2" in failure_of(remote, CLIP).message


def test_what_it_cannot_do_is_not_sent(remote: RemoteEngine, state: State) -> None:
    spec = replace(CLIP, first_frame=picture(1), last_frame=picture(2))
    assert failure_of(remote, spec).code == MODEL_UNFIT
    assert state.requests == []


def test_the_key_comes_from_the_environment(model: Model, state: State) -> None:
    missing = RemoteEngine(model, {})
    assert "FAR_KEY is not set" in failure_of(missing, CLIP).message
    wrong = RemoteEngine(model, {"FAR_KEY": "other"})
    with pytest.raises(EngineFailure, match="does not take the key"):
        wrong.warm()
    assert "401" in failure_of(wrong, CLIP).message
    with pytest.raises(EngineFailure, match="is away"):
        RemoteEngine(replace(model, remote="http://127.0.0.1:9/v1"), {"FAR_KEY": KEY}).warm()
    RemoteEngine(model, {"FAR_KEY": KEY}).warm()


@pytest.mark.engine
def test_one_engine_for_what_is_here_and_what_is_there(
    model: Model, demo_folder: Path, tmp_path: Path, state: State
) -> None:
    here = Model("here", str(demo_folder), serves=("image",))
    config = EngineConfig(Registry((here, model)), "cpu", tmp_path / "scratch")
    engine = RoutedEngine(config, {"FAR_KEY": KEY})
    try:
        engine.warm()
        small = RenderSpec("image", "a", steps=1)
        assert render(engine, small).model_id == "here"
        assert render(engine, replace(PICTURE, model="far")).model_id == "far"
        assert render(engine, CLIP).model_id == "far"
        assert failure_of(engine, replace(CLIP, model="here")).code == MODEL_UNFIT
    finally:
        engine.close()
