"""The job page: where the job is, what happens to the points, what came of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from generation.live import Stream
from generation.models import Artifact, Job
from generation.services import attempts, sweeps
from tests.jobs_by_hand import NOON, Submit, beat, claimed, deliver
from tests.portal.pages import Page, faults_of, page_of


@pytest.fixture
def job(rich_anna: User, submit: Submit) -> Job:
    """Anna's picture, in the queue."""
    return submit(rich_anna, params={"prompt": "a heron at dawn", "seed": 42})


def running(job: Job, *, stage: str = "denoise", step: int = 3, step_of: int = 10) -> Job:
    """The job on a worker, at a step."""
    taken = claimed()
    beat(taken, stage, step, step_of)
    return taken


def job_page(client: Client, job: Job) -> Page:
    response = client.get(f"/jobs/{job.id}/")
    assert response.status_code == 200
    assert faults_of(response.content.decode()) == []
    return page_of(response)


def card(client: Client, job: Job) -> Any:
    return client.get(f"/jobs/{job.id}/card/", headers={"HX-Request": "true"})


def live_part(page: Page) -> dict[str, str]:
    return page.all("section", id="job-live")[0]


def test_queued(annas: Client, job: Job) -> None:
    page = job_page(annas, job)
    assert "a heron at dawn" in page.text
    assert "Next in line" in page.text
    assert "Set aside for this job 0.20 points Daily points 0.20" in page.text
    assert "0.20 points come back" in page.text
    assert live_part(page)["hx-trigger"] == "doorbell, every 10s"
    assert live_part(page)["data-events"] == f"/jobs/{job.id}/events/"
    assert page.all("li", **{"data-state": "now", "aria-current": "step"})


def test_the_place_in_line(annas: Client, rich_anna: User, rich_bert: User, submit: Submit) -> None:
    submit(rich_bert, now=NOON - timedelta(seconds=5))
    assert "Number 2 in line" in job_page(annas, submit(rich_anna)).text


def test_the_deadline_is_a_promise(annas: Client, job: Job) -> None:
    page = job_page(annas, job)
    assert re.search(r"Not ready by 12:05 CST , and your points come back by themselves", page.text)
    assert page.all("time", datetime="2026-11-23T04:05:00Z")


def test_running_says_the_step_and_no_percentage(annas: Client, job: Job) -> None:
    running(job)
    page = job_page(annas, job)
    assert "Drawing Step 3 of 10" in page.text
    assert page.all("progress", value="3", max="10")
    assert "%" not in page.text


def test_before_and_after_the_steps(annas: Client, job: Job) -> None:
    taken = running(job, stage="load", step=0, step_of=0)
    assert "Getting ready" in job_page(annas, job).text
    for stage, way in (
        ("decode", ["past", "past", "now", "ahead", "ahead", "ahead"]),
        ("check", ["past", "past", "past", "now", "ahead", "ahead"]),
        ("save", ["past", "past", "past", "past", "now", "ahead"]),
    ):
        beat(taken, stage, 0, 0)
        page = job_page(annas, job)
        assert [one["data-state"] for one in page.all("li") if "data-state" in one] == way


def test_the_card_fetches_itself_while_it_runs_and_stops_at_the_end(
    annas: Client, job: Job
) -> None:
    taken = running(job)
    response = card(annas, job)
    page = page_of(response)
    assert live_part(page)["hx-get"] == f"/jobs/{job.id}/card/"
    assert not page.all("figure")
    assert "<html" not in response.content.decode()

    deliver(taken)
    page = page_of(card(annas, job))
    assert "hx-get" not in live_part(page)
    swapped = {attrs["id"] for _tag, attrs in page.elements if attrs.get("hx-swap-oob") == "true"}
    assert swapped == {"job-canvas", "job-actions", "job-money", "purse"}
    assert "65.80" in page.text


def test_a_delivered_picture(annas: Client, job: Job) -> None:
    deliver(running(job))
    page = job_page(annas, job)
    picture = page.all("img")[0]
    assert picture["alt"] == "a heron at dawn"
    assert "512 × 512" in page.text
    assert "With our brand mark" in page.text
    assert "Spent on this job 0.20 points" in page.text
    assert page.all("a", download="", href=picture["src"])
    assert page.all("a", href=f"/create/?again={job.id}")
    assert not page.all("form", action=f"/jobs/{job.id}/cancel/")
    assert annas.get(picture["src"]).status_code == 200


def test_a_delivered_video_has_controls(annas: Client, rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna, "video")
    deliver(claimed())
    Artifact.objects.update(mime="video/mp4", seconds=5)
    video = job_page(annas, job).all("video")[0]
    assert "controls" in video


def test_a_failure_is_not_charged_and_says_whose_fault(annas: Client, job: Job) -> None:
    taken = running(job)
    assert taken.attempt_id is not None
    attempts.fail_job(
        job_id=job.id,
        attempt_id=taken.attempt_id,
        code="INTERNAL.OOM",
        message="The card ran out of memory.",
        now=NOON,
    )
    page = job_page(annas, job)
    assert "Our fault" in page.text
    assert "There was not enough GPU memory." in page.text
    assert "The card ran out of memory." not in page.text  # an exception's words are for staff
    assert "You were not charged 0.00 points Daily points 0.20 returned" in page.text


def test_a_missed_deadline_is_not_charged(annas: Client, job: Job) -> None:
    sweeps.sweep_deadlines(now=NOON + timedelta(minutes=6))
    page = job_page(annas, job)
    assert "It was not ready in time" in page.text
    assert "You were not charged" in page.text


def test_cancel(annas: Client, job: Job) -> None:
    response = annas.post(f"/jobs/{job.id}/cancel/", follow=True)
    page = page_of(response)
    assert "Canceled. The points are back in your wallet." in page.text
    assert "You canceled it" in page.text
    assert "You were not charged" in page.text
    job.refresh_from_db()
    assert (job.state, job.captured_cp) == ("canceled", 0)


def test_cancel_after_the_end_changes_nothing(annas: Client, job: Job) -> None:
    deliver(running(job))
    response = annas.post(f"/jobs/{job.id}/cancel/", follow=True)
    assert "This job has ended already." in page_of(response).text
    job.refresh_from_db()
    assert job.state == "succeeded"


def test_words_of_a_prompt_are_only_words(annas: Client, rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna, params={"prompt": '"><script>alert(1)</script>'})
    assert faults_of(annas.get(f"/jobs/{job.id}/").content.decode()) == []
    assert faults_of(annas.get("/create/").content.decode()) == []


def test_few_queries(annas: Client, job: Job, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        card(annas, job)


def test_nine_pieces_and_those_that_are_missing(
    annas: Client, rich_anna: User, submit: Submit
) -> None:
    job = submit(rich_anna, params={"prompt": "a heron at dawn", "n": 9, "seed": 42})
    deliver(claimed(), pieces=[0, 1, 2, 3, 4, 8], missing="INTERNAL.OOM")
    page = job_page(annas, job)
    assert "6 of 9 delivered, 3 not charged." in page.text
    assert "There was not enough GPU memory" in page.text
    assert "Spent on this job 1.20 points" in page.text
    assert "Not charged 0.60 returned" in page.text
    assert [picture["alt"] for picture in page.all("img")][-1] == "Piece 9: a heron at dawn"
    assert "Seed 50" in page.text  # 42 and eight more
    assert len(page.all("a", download="")) == 6


def test_usual_times_once_there_are_some(annas: Client, rich_anna: User, submit: Submit) -> None:
    for _ in range(5):
        submit(rich_anna)
        deliver(claimed(), NOON + timedelta(seconds=7))
    cache.clear()
    assert "Usually ready after 7 to 7 seconds." in job_page(annas, submit(rich_anna)).text


def test_the_doorbell_of_a_page(annas: Client, bert: User, job: Job, settings: Any) -> None:
    settings.LIVE_STREAM_SECONDS = 0
    answer: Any = annas.get(f"/jobs/{job.id}/events/")
    heard = b"".join(answer.streaming_content).decode()
    assert f"event: job\ndata: {job.id}\n" in heard
    others = [Stream(lambda: job, str, None) for _ in range(settings.LIVE_STREAMS_MAX)]
    assert annas.get(f"/jobs/{job.id}/events/").status_code == 503
    for stream in others:
        stream.close()
    annas.logout()
    annas.force_login(bert)
    assert annas.get(f"/jobs/{job.id}/events/").status_code == 404


def test_what_our_rules_held_back_was_not_charged(annas: Client, job: Job) -> None:
    taken = running(job)
    assert taken.attempt_id is not None
    attempts.fail_job(
        job_id=taken.id,
        attempt_id=taken.attempt_id,
        code="SAFETY.OUTPUT",
        message="pieces.0: picture:1",
        now=NOON,
    )
    page = job_page(annas, job)
    assert "Refused by our rules" in page.text
    assert "The result was held back by our rules." in page.text
    assert "You were not charged" in page.text
    assert "picture:1" not in page.text
    assert "Held back by our rules: not charged." in page_of(annas.get("/statement/")).text
