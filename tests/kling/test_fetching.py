"""Pictures at addresses: fetched once, from public places only, cleaned like any other."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import User
from billing.selectors.wallets import overview
from billing.services import daily_points
from billing.services.gifts import give_membership
from generation import storage
from generation.errors import QuotaExceeded
from generation.models import Job, Upload
from generation.services.fetched_pictures import fetch_picture
from tests.kling.client import Kling, KlingError
from tests.kling.conftest import KlingOf
from tests.live_stack import until
from tests.servers.receiver import Receiver, closed_port, receiving
from tests.uploads import files

IMAGE2VIDEO, EFFECTS = "videos/image2video", "videos/effects"
PHOTO = files.encoded(files.gradient(600, 400))
OTHER = files.encoded(files.gradient(400, 600))


@pytest.fixture
def rich(anna: User, kling_of: KlingOf) -> Kling:
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    return kling_of(anna)


@pytest.fixture
def shelf(settings: Any) -> Iterator[Receiver]:
    """Where a picture lies."""
    settings.WEBHOOK_PRIVATE_RECEIVERS = True
    with receiving(status=200, answer=PHOTO) as one:
        yield one


def refused(kling: Kling, path: str, **body: Any) -> tuple[int, int, str]:
    jobs = Job.objects.count()
    with pytest.raises(KlingError) as caught:
        kling.create(path, **body)
    assert Job.objects.count() == jobs
    return caught.value.status, caught.value.code, caught.value.message


def test_a_picture_is_fetched_for_a_new_task_only(rich: Kling, shelf: Receiver) -> None:
    # As stores sign them.
    asked = {"image": f"{shelf.url}&signature={'x' * 900}", "external_task_id": "mine"}
    task = rich.create(IMAGE2VIDEO, **asked)
    upload = Upload.objects.get(id=Job.objects.get(id=task["task_id"]).params["image"])
    with storage.open_stored(upload.stored_name) as file:
        assert Image.open(io.BytesIO(file.read())).size == (600, 400)
    # Whatever lies there now: the same address is the same task.
    shelf.answer, shelf.status = b"", 404
    assert rich.create(IMAGE2VIDEO, **asked, mode="std") == task
    assert len(shelf.heard) == 1
    told = refused(rich, IMAGE2VIDEO, image=f"{shelf.url}&b", external_task_id="mine")
    assert told[:2] == (400, 1201)
    assert told[2].startswith("external_task_id: ")
    assert len(shelf.heard) == 1
    assert shelf.heard[0].headers["User-Agent"] == "Inkling/1"


def test_two_pictures(rich: Kling, shelf: Receiver) -> None:
    with receiving(status=200, answer=OTHER) as second:
        both = {"images": [shelf.url, second.url], "duration": "5", "mode": "pro"}
        hug = rich.create(EFFECTS, effect_scene="hug_pro", input=both, consent=True)
        moved = rich.create(IMAGE2VIDEO, image=shelf.url, image_tail=second.url)
    sides = {}
    for task in (hug, moved):
        params = Job.objects.get(id=task["task_id"]).params
        for name, picture in params.get("inputs", params).items():
            if name in ("left", "right", "image", "image_tail"):
                sides[name] = Upload.objects.get(id=picture).width
    assert sides == {"left": 600, "right": 400, "image": 600, "image_tail": 400}


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (404, PHOTO, "404"),
        (500, b"", "500"),
        (302, b"", "redirects are not followed"),
        (204, b"", "204"),
        (200, b"", "is empty"),
        (200, b"<html>" * 100, "not a JPEG"),
        (200, PHOTO[:-200], "damaged"),
        (200, files.encoded(files.gradient(100, 100)), "at least"),
        (200, b"\x89PNG\r\n\x1a\n" + bytes(10_000_000), "larger than 10 MB"),
    ],
)
def test_what_is_no_picture(
    rich: Kling, shelf: Receiver, status: int, answer: bytes, why: str
) -> None:
    with receiving() as elsewhere:
        shelf.status, shelf.answer = status, answer
        shelf.headers["Location"] = elsewhere.url
        told = refused(rich, IMAGE2VIDEO, image=shelf.url)
    assert told[:2] == (400, 1201)
    assert told[2].startswith("image: ")
    assert why in told[2]
    assert elsewhere.heard == []


def test_where_nobody_answers(rich: Kling, shelf: Receiver) -> None:
    one = {"image": f"http://127.0.0.1:{closed_port()}/a.png", "duration": "5"}
    told = refused(rich, EFFECTS, effect_scene="first_snow", input=one)
    assert told == (400, 1201, "input: names a server that does not take the connection")


def test_places_that_are_not_public(rich: Kling, shelf: Receiver, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_RECEIVERS = False
    ours = [shelf.url, shelf.url.replace("http:", "https:")]
    for url in (*ours, "https://10.0.0.1/a", "https://169.254.169.254/", "https://[::1]/a",
                "https://localhost/a", "https://a:b@a.example/", "https://a.example:22/",
                "http://a.example/a.png", "https://2130706433/", "https://é.example/"):  # fmt: skip
        told = refused(rich, IMAGE2VIDEO, image=url)
        assert told[:2] == (400, 1201), url
        assert told[2].startswith("image: "), url
    assert shelf.heard == []


def test_nothing_is_fetched_for_what_is_refused_anyway(
    anna: User, kling_of: KlingOf, shelf: Receiver
) -> None:
    daily_points.claim(user=anna, now=timezone.now())
    kling = kling_of(anna)
    assert refused(kling, IMAGE2VIDEO, image=shelf.url, mode="pro")[:2] == (403, 1103)
    assert refused(kling, IMAGE2VIDEO, image=shelf.url, prompt=5)[:2] == (400, 1201)
    assert shelf.heard == []
    assert overview(user=anna, now=timezone.now()).held_cp == 0


def test_so_many_a_minute(rich: Kling, shelf: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.services.fetched_pictures.MINUTE_MAX", 1)
    rich.create(IMAGE2VIDEO, image=shelf.url)
    assert refused(rich, IMAGE2VIDEO, image=shelf.url)[:2] == (429, 1302)
    assert len(shelf.heard) == 1


def test_so_many_at_once(shelf: Receiver) -> None:
    anna = uuid.uuid4()
    shelf.let_go.clear()
    with ThreadPoolExecutor(2) as pool:
        slow = [
            pool.submit(fetch_picture, user_id=anna, url=shelf.url, field="image") for _ in range(2)
        ]
        until(lambda: len(shelf.heard) == 2, "both requests")
        with pytest.raises(QuotaExceeded):
            fetch_picture(user_id=anna, url=shelf.url, field="image")
        shelf.let_go.set()
        assert [one.result() for one in slow] == [PHOTO, PHOTO]
    assert fetch_picture(user_id=anna, url=shelf.url, field="image") == PHOTO
