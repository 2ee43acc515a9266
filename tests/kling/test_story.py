"""Every call that makes something, as a program written for Kling uses it, on a real engine."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from django.utils import timezone
from PIL import Image

from billing.services.gifts import give_membership
from tests.conftest import Person
from tests.kling.client import Kling, KlingError, called_back
from tests.kling.conftest import KlingOf
from tests.live_stack import LiveStack, until
from tests.servers.receiver import Receiver, receiving
from tests.uploads import files

pytestmark = pytest.mark.engine

PHOTO = files.encoded(files.gradient(600, 400))


@pytest.fixture
def member(live: LiveStack, person: Person, kling_of: KlingOf) -> Kling:
    """Anna's program; she is on platinum, with the points of its first month."""
    anna = person("anna")
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    return kling_of(anna, live.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def shelf() -> Iterator[Receiver]:
    with receiving(status=200, answer=PHOTO) as one:
        yield one


def test_what_can_be_made(member: Kling, receiver: Receiver, shelf: Receiver) -> None:
    started = int(time.time() * 1000)
    asked = {"prompt": "a fox", "n": 2, "aspect_ratio": "3:4", "callback_url": receiver.url}
    pictures = member.made("images/generations", **asked)
    assert pictures["final_unit_deduction"] == "0.4"
    found = [httpx.get(one["url"]).content for one in pictures["task_result"]["images"]]
    assert [one["index"] for one in pictures["task_result"]["images"]] == [0, 1]
    for content in found:
        width, height = Image.open(io.BytesIO(content)).size
        assert width * 4 == height * 3

    # Its callbacks came by themselves: each status once, whatever the order.
    until(lambda: len(receiver.heard) == 3, "the callback of each status")
    told = [called_back(heard.body, "images") for heard in receiver.heard]
    assert {one["task_status"] for one in told} == {"submitted", "processing", "succeed"}
    assert {one["task_id"] for one in told} == {pictures["task_id"]}
    [done] = [one for one in told if one["task_status"] == "succeed"]
    linked = [one["url"] for one in done["task_result"]["images"]]
    # They lead to the public address of the installation, which in tests is nowhere.
    assert [member.http.get(urlsplit(url).path).content for url in linked] == found

    # What is left out has Kling's defaults, and the same name is the same task.
    asked = {"prompt": "waves", "external_task_id": "orders/7 第一"}
    clip = member.made("videos/text2video", **asked)
    again = member.create(
        "videos/text2video", **asked, duration="5", aspect_ratio="16:9", mode="std"
    )
    assert again["task_id"] == clip["task_id"]
    assert clip["final_unit_deduction"] == "10"
    assert clip["task_info"] == {"external_task_id": "orders/7 第一"}
    assert member.task("videos/text2video", "orders%2F7%20第一") == clip
    [video] = clip["task_result"]["videos"]
    assert video["duration"] == "5"
    answer = httpx.get(video["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")

    # A picture made here is known by its link; another comes in base64.
    moved = member.made(
        "videos/image2video",
        image=linked[0],
        prompt="it turns",
        camera_control={"type": "forward_up"},
        cfg_scale=0.7,
    )
    assert moved["final_unit_deduction"] == "10"

    longer = member.made("videos/video-extend", video_id=video["id"], external_task_id="longer")
    assert longer["task_info"]["external_task_id"] == "longer"
    parent = longer["task_info"]["parent_video"]
    assert (parent["id"], parent["duration"]) == (video["id"], "5")
    [whole] = longer["task_result"]["videos"]
    assert whole["duration"] == "10"

    # A picture that lies elsewhere is fetched.
    alive = member.made(
        "videos/effects",
        effect_scene="memory_alive",
        input={"image": shelf.url, "duration": "5"},
        consent=True,
    )
    assert alive["final_unit_deduction"] == "10"
    assert [one["task_id"] for one in member.tasks("videos/effects")] == [alive["task_id"]]
    assert [one["task_id"] for one in member.tasks("videos/text2video")] == [clip["task_id"]]

    [pack] = member.costs(started, int(time.time() * 1000) + 1)
    spent = 0.4 + 10 * 4
    assert (pack["total_quantity"], pack["remaining_quantity"]) == (3000, 3000 - spent)
    with pytest.raises(KlingError) as refused:
        member.costs(started, started)
    assert (refused.value.status, refused.value.code) == (429, 1302)
