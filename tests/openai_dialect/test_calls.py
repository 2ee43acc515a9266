"""Refusals and repeats, as OpenAI's own client tells of them."""

from __future__ import annotations

import base64
from typing import Any

import httpx2
import openai
import pytest
from django.utils import timezone
from openai import OpenAI
from pytest_django import Settings

from accounts.models import User
from accounts.scopes import READ
from billing.services import daily_points
from billing.services.gifts import give_membership
from generation.lifecycle import State
from generation.models import Job
from generation.services.jobs import cancel_job
from generation.services.sweeps import sweep_deadlines
from tests.jobs_by_hand import claimed, deliver
from tests.openai_dialect.conftest import OpenAIOf
from tests.uploads import files

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning"),
]

PHOTO = files.encoded(files.gradient(600, 400))
DATA_URL = f"data:image/png;base64,{base64.b64encode(PHOTO).decode()}"


@pytest.fixture
def rich(anna: User, catalogue: None, settings: Settings) -> User:
    """Anna with today's points; calls for pictures do not wait."""
    daily_points.claim(user=anna, now=timezone.now())
    settings.OPENAI_WAIT_SECONDS = 0
    return anna


@pytest.fixture
def client(rich: User, openai_of: OpenAIOf) -> OpenAI:
    """Anna's program, which repeats nothing."""
    return openai_of(rich, retries=0)


@pytest.fixture
def member(rich: User, client: OpenAI) -> OpenAI:
    """The same program of Anna's, who is on platinum: cameras move, several jobs run at once."""
    give_membership(user=rich, plan="platinum", period="month", reason="test", now=timezone.now())
    return client


def refused(call: Any, **arguments: Any) -> openai.APIStatusError:
    """How a call is refused: in their shape, with word on whether to ask again."""
    with pytest.raises(openai.APIStatusError) as caught:
        call(**arguments)
    error = caught.value
    assert error.request_id
    assert error.response.headers["x-should-retry"] in {"true", "false"}
    assert isinstance(error.body, dict)
    assert {"message", "type", "param", "code"} <= error.body.keys()
    return error


def asks_again(error: openai.APIStatusError) -> bool:
    return bool(error.response.headers["x-should-retry"] == "true")


# --- repeats ---------------------------------------------------------------------------------


def test_a_client_that_repeats_by_itself_pays_once(rich: User, openai_of: OpenAIOf) -> None:
    """The first answer comes too late, the second is lost, the third has the picture."""
    answers: list[int] = []

    def between(answer: httpx2.Response) -> None:
        answers.append(answer.status_code)
        if len(answers) == 1:
            deliver(claimed(timezone.now()), timezone.now())
        if len(answers) == 2:
            raise httpx2.ReadError("cut off")

    answer = openai_of(rich, between=between).images.generate(prompt="a fox")
    assert answers == [504, 200, 200]
    assert answer.data is not None
    assert answer.data[0].b64_json
    assert Job.objects.get().captured_cp == 20


def test_equal_calls_are_two_and_a_key_makes_them_one(member: OpenAI) -> None:
    first, second = (member.videos.create(prompt="waves") for _ in range(2))
    assert first.id != second.id
    header = {"Idempotency-Key": "poster-1"}
    made, again = (
        member.videos.create(prompt="waves", extra_headers=header, seconds="4") for _ in range(2)
    )
    assert made.id == again.id
    assert Job.objects.count() == 3
    error = refused(member.videos.create, prompt="other", extra_headers=header)
    assert (error.status_code, error.code, asks_again(error)) == (
        409,
        "idempotency_conflict",
        False,
    )


def test_a_call_that_waited_long_enough_is_told_to_come_again(client: OpenAI) -> None:
    error = refused(client.images.generate, prompt="a fox")
    assert (error.status_code, error.code, asks_again(error)) == (504, "still_running", True)
    assert error.body["job"] == str(Job.objects.get().id)  # type: ignore[index]


def test_a_stream_says_what_went_wrong(client: OpenAI) -> None:
    with pytest.raises(openai.APIError) as caught:
        list(client.images.generate(prompt="a fox", stream=True))
    assert caught.value.code == "still_running"


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 2501}, "prompt"),
        ({"model": "gpt-image-1"}, "model"),
        ({"size": "256x256"}, "size"),
        ({"n": 10}, "n"),
        ({"n": 0}, "n"),
        ({"quality": "high"}, "quality"),
        ({"background": "transparent"}, "background"),
        ({"output_format": "webp"}, "output_format"),
        ({"response_format": "url", "stream": True}, "response_format"),
        ({"partial_images": 4}, "partial_images"),
        ({"style": "vivid"}, "style"),
        ({"extra_body": {"seed": -1}}, "seed"),
        ({"extra_body": {"team": "x"}}, "team"),
    ],
)
def test_pictures_that_cannot_be(client: OpenAI, arguments: dict[str, Any], param: str) -> None:
    error = refused(client.images.generate, **{"prompt": "a fox", **arguments})
    assert (error.status_code, error.type, error.param) == (400, "invalid_request_error", param)
    assert param in error.message
    assert not asks_again(error)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"seconds": "12"}, "seconds"),
        ({"size": "1024x1792"}, "size"),
        ({"model": "sora-2"}, "model"),
        ({"input_reference": b"no picture"}, "input_reference"),
        ({"input_reference": PHOTO, "size": "1280x720"}, "size"),
        ({"extra_body": {"input_reference": {"image_url": "https://a.example/b.png"}}},
         "input_reference"),
        ({"extra_body": {"camera": {"zoom": 11}}}, "camera"),
        ({"extra_body": {"camera": {"turn": 1}}}, "camera"),
        ({"extra_body": {"fps": 24}}, "fps"),
    ],
)  # fmt: skip
def test_clips_that_cannot_be(client: OpenAI, arguments: dict[str, Any], param: str) -> None:
    error = refused(client.videos.create, **{"prompt": "waves", **arguments})
    assert (error.param, asks_again(error)) == (param, False)
    assert error.status_code in {400, 415}
    assert not Job.objects.exists()


def test_what_is_not_here_is_said(client: OpenAI) -> None:
    assert refused(client.images.edit, image=PHOTO, prompt="a hat").param == "image"
    assert refused(client.images.create_variation, image=PHOTO).param == "image"
    assert refused(client.videos.edit, video=b"clip", prompt="a hat").param == "video"
    assert refused(client.embeddings.create, input="x", model="main").status_code == 404
    assert refused(client.models.retrieve, model="gpt-4").status_code == 404


def test_who_may_ask_and_who_can_pay(
    rich: User, bert: User, client: OpenAI, openai_of: OpenAIOf
) -> None:
    stranger = client.with_options(api_key="ink_wrong")
    error = refused(stranger.models.list)
    assert isinstance(error, openai.AuthenticationError)
    assert error.code == "invalid_api_key"
    reader = openai_of(rich, retries=0, scopes=[READ])
    assert isinstance(refused(reader.videos.create, prompt="x"), openai.PermissionDeniedError)
    assert list(reader.videos.list()) == []
    poor = refused(openai_of(bert, retries=0).images.generate, prompt="a fox")
    assert (poor.status_code, poor.code, asks_again(poor)) == (402, "insufficient_points", False)
    assert poor.body["missing_points"] == "0.20"  # type: ignore[index]


def test_too_many_at_once_is_worth_asking_again(client: OpenAI) -> None:
    def fill() -> None:
        for _ in range(20):
            client.videos.create(prompt="waves", seconds="4")

    error = refused(fill)
    assert (error.status_code, error.code) == (429, "quota_exceeded")
    assert (error.type, asks_again(error)) == ("rate_limit_error", True)


def test_anothers_video_is_nowhere(client: OpenAI, bert: User, openai_of: OpenAIOf) -> None:
    video = client.videos.create(prompt="waves")
    other = openai_of(bert, retries=0)
    calls = (other.videos.retrieve, other.videos.delete, other.videos.download_content)
    for call in calls:
        for name in (video.id, "video_1"):
            assert refused(call, video_id=name).status_code == 404
    assert refused(other.videos.remix, video_id=video.id, prompt="x").status_code == 404
    assert list(other.videos.list()) == []
    assert refused(other.videos.list, after=video.id).param == "after"
    assert client.videos.retrieve(video.id).status == "queued"


# --- how a video stands ----------------------------------------------------------------------


def test_a_video_from_queue_to_end(rich: User, client: OpenAI) -> None:
    video = client.videos.create(prompt="waves", seconds="8", extra_body={"seed": 7})
    assert (video.status, video.progress, video.seconds, video.size) == (
        "queued",
        0,
        "10",
        "720x1280",
    )
    raw = client.videos.with_raw_response.retrieve(video.id)
    assert raw.headers["openai-poll-after-ms"] == "2000"
    assert Job.objects.get().params["seed"] == 7
    content = refused(client.videos.download_content, video_id=video.id)
    assert (content.status_code, asks_again(content)) == (404, False)
    claimed(timezone.now())
    assert client.videos.retrieve(video.id).status == "in_progress"
    cancel_job(user=rich, job_id=Job.objects.get().id, now=timezone.now())
    ended = client.videos.retrieve(video.id)
    assert ended.status == "failed"
    assert ended.error is not None
    assert (ended.error.code, ended.charged_points) == ("cancelled", "0.00")  # type: ignore[attr-defined]


def test_a_failure_is_no_reason_to_ask_again(client: OpenAI) -> None:
    header = {"Idempotency-Key": "k"}
    refused(client.images.generate, prompt="a fox", extra_headers=header)
    sweep_deadlines(now=Job.objects.get().deadline_at)
    error = refused(client.images.generate, prompt="a fox", extra_headers=header)
    assert (error.status_code, error.code, asks_again(error)) == (500, "generation_failed", False)
    assert error.body["failure"] == "TIMEOUT.QUEUE"  # type: ignore[index]


def test_a_deleted_video_is_canceled_and_gone(client: OpenAI) -> None:
    video = client.videos.create(prompt="waves")
    assert client.videos.delete(video.id).deleted
    assert refused(client.videos.delete, video_id=video.id).status_code == 404
    assert Job.objects.get().state == State.CANCELED
    assert list(client.videos.list()) == []


def test_json_and_forms_mean_the_same(member: OpenAI) -> None:
    body = {"prompt": "waves", "seconds": 4, "camera": {"zoom": 3}, "seed": 5, "guidance": 6.5}
    sent = member.post("/videos", body=body, cast_to=object)
    form = member.videos.create(
        prompt="waves",
        seconds="4",
        extra_body={"camera": {"zoom": 3}, "seed": 5, "guidance": 6.5},
    )
    one, other = (Job.objects.get(id=made) for made in (sent["id"], form.id))  # type: ignore[index]
    assert one.params == other.params


def test_a_picture_in_words(client: OpenAI) -> None:
    video = client.videos.create(
        prompt="it turns",
        size="1174x782",  # type: ignore[arg-type]
        extra_body={"input_reference": {"image_url": DATA_URL}},
    )
    assert str(video.size) == "1174x782"
    assert Job.objects.get().kind == "image_to_video"


def test_aliases_are_names_of_models(client: OpenAI, settings: Settings) -> None:
    [name] = [model.id for model in client.models.list()]
    settings.OPENAI_MODEL_ALIASES = {"sora-2": name}
    assert [model.id for model in client.models.list()] == [name, "sora-2"]
    assert client.videos.create(prompt="waves", model="sora-2").model == name


def test_moderations(client: OpenAI) -> None:
    both: Any = [
        {"type": "text", "text": "a red fox"},
        {"type": "image_url", "image_url": {"url": DATA_URL}},
    ]
    made = client.moderations.create(input=both)
    assert [one.flagged for one in made.results] == [False, False]
    [bad] = client.moderations.create(input="hardcore porn").results
    assert bad.flagged
    assert bad.categories.sexual
    address: Any = [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]
    assert refused(client.moderations.create, input=address).param == "input"
    assert refused(client.moderations.create, input=[]).param == "input"
