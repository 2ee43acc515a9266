"""Effects and creatives through REST, on a real engine: what comes back is opened and looked at."""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image

from accounts.models import User
from billing.services.grants import give_points
from generation.services.effects import switch_effect
from generation.stamp.decoding import frames_of
from generation.stamp.reading import read_aigc
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.stories.test_sixty_six_points import ended
from tests.uploads import files

pytestmark = pytest.mark.engine
Pixels = NDArray[np.uint8]

PHOTO = files.encoded(files.gradient(640, 360))
OTHER = files.encoded(Image.new("RGB", (400, 500), (20, 160, 90)))


@pytest.fixture
def annas(live: LiveStack, person: Person, key_of: Callable[[User], str]) -> httpx.Client:
    """Anna's program; she has 66 points and 500 more."""
    anna = person("anna")
    now = timezone.now()
    give_points(
        user=anna,
        amount_cp=500_00,
        source="adjustment",
        days=30,
        reason="test",
        key="story",
        now=now,
    )
    client = live.client(key_of(anna))
    client.post("/wallet/claim")
    return client


def picture_of(artifact: dict[str, Any]) -> Pixels:
    data = httpx.get(artifact["url"]).content
    assert len(read_aigc(data)) == 1
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def clip_of(artifact: dict[str, Any]) -> list[Pixels]:
    data = httpx.get(artifact["url"]).content
    assert len(read_aigc(data)) == 1
    return list(frames_of(io.BytesIO(data)))


def apart(one: Pixels, other: Pixels) -> float:
    """How far two pictures are apart, 0 to 255, in an eighth of their size: colours and shapes."""
    size = (one.shape[1] // 8, one.shape[0] // 8)
    small = [np.asarray(Image.fromarray(p).resize(size), np.float32) for p in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())


def resized(picture: Pixels, like: Pixels) -> Pixels:
    """The picture in the size of another."""
    return np.asarray(Image.fromarray(picture).resize((like.shape[1], like.shape[0])))


def make(client: httpx.Client, kind: str, **params: Any) -> dict[str, Any]:
    sent = client.post("/jobs", json={"kind": kind, "params": params})
    assert sent.status_code == 202, sent.text
    job = ended(client, sent.json()["id"])
    assert job["status"] == "succeeded", job
    return job


def test_an_effect_moves_the_photograph_that_was_sent(annas: httpx.Client) -> None:
    """The random checkpoint cannot draw a photograph; it can be held to depend on it alone."""
    sent = annas.post("/uploads", files={"file": ("grandma.png", PHOTO, "image/png")})
    assert sent.status_code == 201
    asked = {"template": "forty-years-ago", "consent": True, "seed": 3}
    ways = {
        "by id": sent.json()["id"],
        "in base64": base64.b64encode(PHOTO).decode(),
        "another": base64.b64encode(OTHER).decode(),
    }
    clips = {}
    for way, photo in ways.items():
        job = make(annas, "effect", inputs={"photo": photo}, **asked)
        assert job["charged_points"] == "10.00"
        assert job["consent"]["version"] == "1"
        [artifact] = job["artifacts"]
        assert (artifact["mime"], artifact["seconds"]) == ("video/mp4", 5)
        assert artifact["width"] * 9 == artifact["height"] * 16 or way == "another"
        clips[way] = clip_of(artifact)
    same = zip(clips["by id"], clips["in base64"], strict=True)
    assert all(np.array_equal(one, other) for one, other in same)
    frames = clips["by id"]
    begun = frames[0]
    # It begins in its own way and goes on to change.
    assert apart(begun, resized(clips["another"][0], begun)) > 10
    assert max(apart(begun, frame) for frame in frames) > 10


def test_each_of_two_people_has_their_half(annas: httpx.Client) -> None:
    left, right = (base64.b64encode(one).decode() for one in (PHOTO, OTHER))
    asked = {"template": "embrace-across-time", "consent": True, "seed": 5}
    begun = [
        clip_of(make(annas, "effect", inputs=inputs, **asked)["artifacts"][0])[0]
        for inputs in ({"left": left, "right": right}, {"left": left, "right": left})
    ]
    half = begun[0].shape[1] // 2
    kept = apart(begun[0][:, :half], begun[1][:, :half])
    changed = apart(begun[0][:, half:], begun[1][:, half:])
    assert changed > 1.5 * kept


def test_what_is_refused_costs_nothing(annas: httpx.Client, person: Person) -> None:
    photo = {"photo": base64.b64encode(PHOTO).decode()}
    asked = {"template": "old-photo-alive", "inputs": photo}
    sent = annas.post("/jobs", json={"kind": "effect", "params": asked})
    assert (sent.status_code, sent.json()["code"]) == (400, "consent_required")
    switch_effect(
        code="old-photo-alive",
        enabled=False,
        reason="law",
        note="",
        staff=person("olga", is_staff=True),
        now=timezone.now(),
    )
    sent = annas.post("/jobs", json={"kind": "effect", "params": {**asked, "consent": True}})
    assert (sent.status_code, sent.json()["code"]) == (409, "template_unavailable")
    wallet = annas.get("/wallet").json()
    assert (wallet["available_points"], wallet["held_points"]) == ("566.00", "0.00")


def test_ten_creatives_differ(annas: httpx.Client) -> None:
    product = base64.b64encode(files.encoded(Image.new("RGB", (400, 400), (220, 30, 40)))).decode()
    campaign = annas.post("/campaigns", json={"name": "Spring", "target_minor": 47}).json()["id"]
    job = make(
        annas,
        "creative",
        prompt="a teapot",
        image=product,
        lines=["新品上市", "Half price today"],
        n=10,
        campaign=campaign,
    )
    assert (job["charged_points"], len(job["artifacts"])) == ("47.00", 10)
    pictures = [picture_of(artifact) for artifact in job["artifacts"]]
    assert len({artifact["seed"] for artifact in job["artifacts"]}) == 10
    for one, other in itertools.combinations(pictures, 2):
        assert one.shape != other.shape or apart(one, other) > 10
    report = annas.get(f"/campaigns/{campaign}").json()
    assert (report["pieces_delivered"], report["cost_points_per_piece"]) == (10, "4.70")


def test_a_hundred_creatives_in_one_job(annas: httpx.Client) -> None:
    job = make(annas, "creative", prompt="a lighthouse", n=100)
    assert (job["charged_points"], len(job["artifacts"])) == ("470.00", 100)
    assert job["pieces"] == {"asked": 100, "delivered": 100, "code": None, "message": None}
    assert len({artifact["sha256"] for artifact in job["artifacts"]}) == 100
