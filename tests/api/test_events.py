"""GET /jobs/{id}/events: a few short streams, and nothing that depends on them."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from generation.live import Stream
from generation.models import Job
from tests.api.conftest import Program, refused
from tests.jobs_by_hand import beat, claimed, deliver

FOX = {"kind": "image", "params": {"prompt": "a fox"}}


@pytest.fixture
def job_id(anna_api: Program) -> str:
    """Anna's picture, in the queue."""
    anna_api.post("/wallet/claim")
    made: str = anna_api.post("/jobs", FOX).json()["id"]
    return made


def events(response: Any) -> Iterator[dict[str, str]]:
    """The events of a stream as they come; whatever else it says is passed over."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    for block in response.streaming_content:
        fields = dict(line.split(": ", 1) for line in block.decode().strip().splitlines())
        if "event" in fields:
            yield fields


def test_every_change_until_the_end(anna_api: Program, job_id: str) -> None:
    heard = events(anna_api.get(f"/jobs/{job_id}/events"))
    first = next(heard)
    assert first["event"] == "job"
    assert json.loads(first["data"])["status"] == "queued"
    job = claimed(Job.objects.get(id=job_id).created_at)
    beat(job, "denoise", 3, 10, job.created_at)
    running = json.loads(next(heard)["data"])
    assert (running["status"], running["progress"]) == (
        "running",
        {"stage": "denoise", "step": 3, "of": 10},
    )
    deliver(job, job.created_at)
    ended = json.loads(next(heard)["data"])
    assert (ended["status"], ended["charged_points"]) == ("succeeded", "0.20")
    assert ended == anna_api.get(f"/jobs/{job_id}").json() | {"artifacts": ended["artifacts"]}
    assert list(heard) == []


def test_who_comes_back_hears_nothing_twice(anna_api: Program, job_id: str, settings: Any) -> None:
    settings.LIVE_STREAM_SECONDS = 0
    path = f"/jobs/{job_id}/events"
    [event] = events(anna_api.get(path))
    assert list(events(anna_api.get(path, **{"Last-Event-ID": event["id"]}))) == []
    assert len(list(events(anna_api.get(path, **{"Last-Event-ID": "another"})))) == 1


def test_there_are_few_and_a_place_comes_free(
    anna_api: Program, job_id: str, settings: Any
) -> None:
    settings.LIVE_STREAM_SECONDS = 0
    path = f"/jobs/{job_id}/events"
    job = Job.objects.get(id=job_id)
    streams = [Stream(lambda: job, str, None) for _ in range(settings.LIVE_STREAMS_MAX)]
    refused(anna_api.get(path), 503, "too_many_streams")
    streams[0].close()
    streams[0].close()  # twice is once
    for _ in range(3):  # one that was read to its end needs no closing
        assert len(list(events(anna_api.get(path)))) == 1
    spare = Stream(lambda: job, str, None)
    refused(anna_api.get(path), 503, "too_many_streams")
    for stream in [*streams, spare]:
        stream.close()


def test_anothers_job_is_nowhere(anna_api: Program, bert_api: Program, job_id: str) -> None:
    for path in (f"/jobs/{job_id}/events", f"/jobs/{uuid.uuid4()}/events"):
        refused(bert_api.get(path), 404, "not_found")


def test_a_client_may_ask_for_the_stream_by_name(
    anna_api: Program, job_id: str, settings: Any
) -> None:
    settings.LIVE_STREAM_SECONDS = 0
    answer = anna_api.get(f"/jobs/{job_id}/events", Accept="text/event-stream")
    assert [event["event"] for event in events(answer)] == ["job"]
    missing = anna_api.get(f"/jobs/{uuid.uuid4()}/events", Accept="text/event-stream")
    assert missing.status_code == 404


def test_a_look_is_cheap(
    anna_api: Program, job_id: str, django_assert_num_queries: DjangoAssertNumQueries,
    settings: Any,
) -> None:  # fmt: skip
    path = f"/jobs/{job_id}/events"
    settings.LIVE_STREAM_SECONDS = 0
    [event] = events(anna_api.get(path))
    answer = anna_api.get(path, **{"Last-Event-ID": event["id"]})
    with django_assert_num_queries(3):
        assert list(events(answer)) == []
