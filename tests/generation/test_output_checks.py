"""What an engine made is looked at before it is stored; what is held back is not charged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from accounts.models import User
from billing.selectors.wallets import overview
from billing.services import daily_points
from generation.engine.types import Outcome, Progress, Rendered, RenderSpec
from generation.models import Artifact, Job, Strike, Verdict
from generation.moderation.hashes import Pixels
from generation.output_checks import sampled
from generation.services import appeals
from generation.worker import Worker
from tests.conftest import Person
from tests.generation.test_forbidden_pictures import drawn, forbid, pixels
from tests.jobs_by_hand import Submit
from tests.servers.moderation.server import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalogue")]


def rendered(frames: Sequence[Pixels], fps: int = 8) -> Rendered:
    return Rendered(
        frames=np.stack(frames),
        fps=fps,
        width=frames[0].shape[1],
        height=frames[0].shape[0],
        seconds_contract=5 if len(frames) > 1 else 0,
        model="drawn",
        revision="",
        device="cpu",
        versions={},
        render_seconds=0.1,
        rendered_with=1,
    )


class Drawing:
    """An engine that gives the pictures it was told to give, in order."""

    batch_max = 9
    prefix_frames = 0

    def __init__(self, *pieces: Sequence[Pixels]) -> None:
        self._pieces: Iterator[Sequence[Pixels]] = iter(pieces)
        self.stages: list[str] = []

    def warm(self, deadline: float | None = None) -> None:
        pass

    def close(self) -> None:
        pass

    def render_batch(
        self,
        specs: Sequence[RenderSpec],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None = None,
    ) -> list[Outcome]:
        return [rendered(next(self._pieces)) for _ in specs]


@pytest.fixture
def anna_now(person: Person) -> User:
    """Anna with 66 points of this very day."""
    anna = person("anna")
    daily_points.claim(user=anna, now=timezone.now())
    return anna


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Callable[[], int]:
    """An artifact folder of this test's own; how many files are in it."""
    settings.ARTIFACT_DIR = tmp_path
    return lambda: sum(1 for one in tmp_path.rglob("*") if one.is_file())


def ran(job: Job, *pieces: Sequence[Pixels]) -> Job:
    Worker(Drawing(*pieces), "test").run_queued()
    job.refresh_from_db()
    return job


def points(user: User) -> tuple[int, int]:
    wallet = overview(user=user, now=timezone.now())
    return wallet.available_cp, wallet.held_cp


def test_a_forbidden_result_is_held_back_and_not_charged(
    anna_now: User, submit: Submit, files: Callable[[], int]
) -> None:
    forbid(drawn(1))
    job = ran(submit(anna_now, now=timezone.now()), [pixels(drawn(1))])
    assert (job.state, job.failure_code, job.captured_cp) == ("failed", "SAFETY.OUTPUT", 0)
    assert points(anna_now) == (6600, 0)
    assert files() == 0
    verdict = Verdict.objects.get()
    assert (verdict.job_id, verdict.code, verdict.review) == (job.id, "SAFETY.OUTPUT", "waiting")
    assert Strike.objects.count() == 0  # the engine drew it


def test_staff_may_call_it_a_strike(
    anna_now: User, submit: Submit, files: Callable[[], int], paula: User
) -> None:
    forbid(drawn(1))
    ran(submit(anna_now, now=timezone.now()), [pixels(drawn(1))])
    appeals.decide(
        verdict_id=Verdict.objects.get().id,
        outcome="uphold",
        reason="evasion",
        note="",
        by=paula,
        now=timezone.now(),
    )
    assert Strike.objects.get().weight == 5


def test_the_other_pieces_are_delivered(
    anna_now: User, submit: Submit, files: Callable[[], int]
) -> None:
    forbid(drawn(1))
    job = submit(anna_now, now=timezone.now(), params={"prompt": "a fox", "n": 3})
    job = ran(job, [pixels(drawn(2))], [pixels(drawn(1))], [pixels(drawn(3))])
    assert (job.state, job.failure_code, job.captured_cp) == ("succeeded", "SAFETY.OUTPUT", 40)
    assert list(Artifact.objects.values_list("index", flat=True)) == [0, 2]
    assert points(anna_now) == (6560, 0)
    assert Verdict.objects.get().field == "pieces.1"


def test_a_forbidden_frame_in_a_clip_is_found(
    anna_now: User, submit: Submit, files: Callable[[], int]
) -> None:
    forbid(drawn(1))
    harmless = pixels(drawn(2))
    clip = [harmless] * 39 + [pixels(drawn(1))]
    job = ran(submit(anna_now, "video", now=timezone.now()), clip)
    assert (job.state, job.failure_code) == ("failed", "SAFETY.OUTPUT")
    assert Verdict.objects.get().field == "pieces.0.frames.39"


def test_first_last_and_one_frame_a_second() -> None:
    small = np.zeros((8, 8, 3), np.uint8)
    names = sampled(0, rendered([small] * 40))
    assert [int(name.rpartition(".")[2]) for name in names] == [0, 8, 16, 24, 32, 39]
    assert list(sampled(4, rendered([small]))) == ["pieces.4"]


def test_the_model_sees_results_too(
    anna_now: User, submit: Submit, files: Callable[[], int], settings: Any
) -> None:
    with ModelServer() as model:
        settings.MODERATION_MODEL = model.url
        job = submit(anna_now, now=timezone.now())
        model.says("block", category="gore", score=0.8)
        job = ran(job, [pixels(drawn(2))])
    assert [one["kind"] for one in model.asked] == ["text", "image"]
    assert (job.failure_code, points(anna_now)) == ("SAFETY.OUTPUT", (6600, 0))


def test_what_cannot_be_checked_is_not_delivered_unless_set_so(
    anna_now: User, submit: Submit, files: Callable[[], int], settings: Any
) -> None:
    for policy, state, left_cp in (("CLOSED", "failed", 6600), ("OPEN", "succeeded", 6580)):
        job = submit(anna_now, now=timezone.now())
        settings.MODERATION_MODEL = "http://127.0.0.1:1/"
        settings.MODERATION_ON_FAILURE = policy
        job = ran(job, [pixels(drawn(2))])
        settings.MODERATION_MODEL = ""
        assert (job.state, points(anna_now)) == (state, (left_cp, 0))
        assert job.failure_code == ("INTERNAL.CHECK" if policy == "CLOSED" else "")
