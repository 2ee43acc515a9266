"""Every kind of work through REST, as a program uses it: made, looked at, continued."""

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image

from accounts.models import User
from billing.services.gifts import give_membership
from generation.models import Artifact, Job
from generation.stamp.brand_mark import find_brand_mark
from generation.stamp.decoding import frames_of
from generation.stamp.reading import read_aigc
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.stories.test_sixty_six_points import ended
from tests.uploads import files

pytestmark = pytest.mark.engine


@pytest.fixture
def member(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> Iterator[httpx.Client]:
    """Anna's program; she is on platinum, with the points of its first month."""
    anna = person("anna")
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    with live.client(key_of(anna)) as client:
        yield client


def made(client: httpx.Client, kind: str, **params: Any) -> dict[str, Any]:
    """A job of this kind, once it was delivered; what was quoted is what it cost."""
    body = {"kind": kind, "params": {"seed": 7, **params}}
    quote = client.post("/quotes", json=body)
    assert quote.status_code == 201, quote.text
    answer = client.post("/jobs", json={**body, "quote": quote.json()["id"]})
    assert answer.status_code == 202, answer.text
    job = ended(client, answer.json()["id"])
    assert job["status"] == "succeeded", job
    assert job["charged_points"] == quote.json()["cost_points"]
    return job


def clip_of(job: dict[str, Any]) -> NDArray[np.uint8]:
    """Every frame of the clip a job made."""
    content = httpx.get(job["artifacts"][0]["url"]).content
    assert len(read_aigc(content)) == 1
    return np.stack(list(frames_of(io.BytesIO(content))))


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """How far two pictures are apart, in levels of 255."""
    return float(np.abs(one.astype(np.int16) - other).mean())


def test_pictures_have_the_shape_that_was_asked_for(member: httpx.Client) -> None:
    job = made(
        member, "image", prompt="a fox", n=2, aspect_ratio="16:9", resolution="1k", guidance=2
    )
    assert job["charged_points"] == "0.40"
    for artifact in job["artifacts"]:
        picture = Image.open(io.BytesIO(httpx.get(artifact["url"]).content))
        assert picture.size == (1344, 756) == (artifact["width"], artifact["height"])


def test_a_clip_of_ten_seconds_in_high_quality_with_a_moving_camera(member: httpx.Client) -> None:
    job = made(
        member,
        "video",
        prompt="waves",
        negative_prompt="people",
        duration=10,
        quality="high",
        camera={"move": "forward_up"},
        guidance=4,
    )
    assert job["charged_points"] == "70.00"
    assert job["params"]["camera"] == {"move": "forward_up"}
    assert job["artifacts"][0]["seconds"] == 10
    frames = clip_of(job)
    fps = Job.objects.get(id=job["id"]).engine["fps"]
    assert len(frames) >= 10 * fps


def test_a_picture_becomes_a_clip_of_its_shape(member: httpx.Client) -> None:
    photograph = files.encoded(files.gradient(600, 400), "JPEG", quality=90)
    upload = member.post("/uploads", files={"file": ("fox.jpg", photograph)}).json()["id"]
    by_id = made(member, "image_to_video", image=upload, prompt="it moves")
    assert (by_id["charged_points"], by_id["made_from"]) == ("10.00", None)
    width, height = by_id["artifacts"][0]["width"], by_id["artifacts"][0]["height"]
    assert abs(width / height - 1.5) < 0.01
    # The same picture as base64 is the same upload, and the same clip.
    tail = base64.b64encode(files.encoded(files.gradient().rotate(180))).decode()
    sent = base64.b64encode(photograph).decode()
    by_value = made(member, "image_to_video", image=sent, image_tail=tail)
    assert by_value["params"]["image"] == upload
    assert set(by_value["params"]) == {"image", "image_tail", "seed"}


def test_a_picture_one_made_is_animated_and_the_clip_continued(member: httpx.Client) -> None:
    picture = made(member, "image", prompt="a fox")
    clip = made(member, "image_to_video", image=picture["artifacts"][0]["id"])
    assert clip["made_from"] == {
        "artifact": picture["artifacts"][0]["id"],
        "job": picture["id"],
        "mime": "image/png",
        "seconds": 0,
    }
    longer = made(member, "extension", video=clip["artifacts"][0]["id"], prompt="it runs")
    assert longer["made_from"]["job"] == clip["id"]
    assert longer["artifacts"][0]["seconds"] == 10

    before, after = clip_of(clip), clip_of(longer)
    fps = Job.objects.get(id=clip["id"]).engine["fps"]
    assert before.shape[1:] == after.shape[1:]
    assert len(after) == len(before) + 5 * fps
    # What was there comes through as it was, frame by frame, and none of it twice.
    assert max(apart(a, b) for a, b in zip(before, after, strict=False)) < 4
    join = len(before)
    assert not np.array_equal(after[join], after[join - 1])

    again = made(member, "extension", video=longer["artifacts"][0]["id"], duration=10)
    assert (again["charged_points"], again["artifacts"][0]["seconds"]) == ("20.00", 20)
    assert len(clip_of(again)) == join + 15 * fps


def test_what_continues_a_marked_clip_is_marked(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> None:
    anna = person("anna")
    with live.client(key_of(anna)) as client:
        client.post("/wallet/claim")
        clip = made(client, "video", prompt="waves")
        give_membership(user=anna, plan="gold", period="month", reason="test", now=timezone.now())
        longer = made(client, "extension", video=clip["artifacts"][0]["id"])
    assert longer["brand_mark"]
    frames = clip_of(longer)
    for at in (0, len(clip_of(clip)) - 1, len(clip_of(clip)), -1):
        assert find_brand_mark(frames[at])


def test_a_chain_ends_at_three_minutes(member: httpx.Client) -> None:
    clip = made(member, "video", prompt="waves")["artifacts"][0]["id"]
    Artifact.objects.filter(id=clip).update(seconds=175)
    body = {"kind": "extension", "params": {"video": clip, "duration": 10}}
    for path in ("/quotes", "/jobs"):
        refused = member.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (400, "clip_too_long")
        assert list(refused.json()["fields"]) == ["params.duration"]
    longest = made(member, "extension", video=clip)
    assert longest["artifacts"][0]["seconds"] == 180
    body = {"kind": "extension", "params": {"video": longest["artifacts"][0]["id"]}}
    assert member.post("/jobs", json=body).json()["code"] == "clip_too_long"


def test_the_relaxed_lane_costs_less(member: httpx.Client) -> None:
    job = made(member, "video", prompt="waves", lane="relaxed")
    assert job["charged_points"] == "7.00"
    assert Job.objects.get(id=job["id"]).lane == "relaxed"
