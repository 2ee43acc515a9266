"""Every other code of Kling's table, from what really leads to it; none of them costs anything."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from billing.selectors.wallets import overview
from billing.services import daily_points
from billing.services.bans import ban_user
from generation.kling.codes import REFUSALS, STATUS
from generation.models import Job
from generation.services.effects import switch_effect
from generation.services.operations import pull_brake
from generation.services.uploads import keep_upload
from tests.kling.client import Kling, KlingError
from tests.kling.conftest import KlingOf
from tests.members import on_gold
from tests.servers.moderation.server import ModelServer
from tests.uploads import files

PHOTO = base64.b64encode(files.encoded(files.gradient(400, 300))).decode()
IMAGES, TEXT, EFFECTS = "images/generations", "videos/text2video", "videos/effects"
ALIVE = {"effect_scene": "memory_alive", "input": {"image": PHOTO, "duration": "5"}}


@pytest.fixture
def rich(anna: User, kling_of: KlingOf) -> Iterator[Kling]:
    """Anna's program; she has claimed today's 66 points, and whatever is refused costs nothing."""
    kling = kling_of(anna)
    daily_points.claim(user=anna, now=timezone.now())
    yield kling
    wallet = overview(user=anna, now=timezone.now())
    held_cp = sum(Job.objects.filter(user=anna).values_list("cost_cp", flat=True))
    assert wallet.held_cp == held_cp


def refused(kling: Kling, path: str, **body: Any) -> tuple[int, int, str]:
    with pytest.raises(KlingError) as caught:
        kling.create(path, **body)
    return caught.value.status, caught.value.code, caught.value.message


def called(kling: Kling, method: str, path: str, **request: Any) -> tuple[int, int]:
    with pytest.raises(KlingError) as caught:
        kling.call(method, path, **request)
    return caught.value.status, caught.value.code


def test_who_is_barred(rich: Kling, anna: User, paula: User) -> None:
    on_gold(anna, now=timezone.now())  # what was paid for stays, and buys nothing
    ban_user(user=anna, reason="content", note="", staff=paula, now=timezone.now())
    assert refused(rich, IMAGES, prompt="a fox")[:2] == (429, 1100)


def test_no_points(bert: User, kling_of: KlingOf) -> None:
    status, code, message = refused(kling_of(bert), IMAGES, prompt="a fox")
    assert (status, code) == (429, 1102)
    assert "0.2" in message


def test_what_the_plan_does_not_open(rich: Kling) -> None:
    camera = {"type": "simple", "config": {"pan": 3}}
    for field, value in (("camera_control", camera), ("mode", "pro")):
        status, code, message = refused(rich, TEXT, prompt="a fox", **{field: value})
        assert (status, code, message.split(":")[0]) == (403, 1103, field)


def test_bodies_that_cannot_be_read(rich: Kling) -> None:
    json = {"Content-Type": "application/json"}
    for content in (b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000, b'{"prompt": NaN}'):
        told = called(rich, "POST", f"/v1/{IMAGES}", content=content, headers=json)
        assert told == (400, 1200), content[:20]
    assert called(rich, "POST", f"/v1/{IMAGES}", data={"prompt": "a fox"}) == (400, 1200)
    large = b'{"prompt": "' + b"x" * 28_000_000 + b'"}'
    assert called(rich, "POST", f"/v1/{IMAGES}", content=large, headers=json) == (400, 1200)


def test_fields_at_fault_are_named_as_they_were_sent(rich: Kling) -> None:
    status, code, message = refused(rich, TEXT, prompt="", cfg_scale=2)
    assert (status, code, message) == (400, 1201, "cfg_scale: must be a number from 0 to 1")
    assert refused(rich, TEXT, prompt=" ")[2] == "prompt: is required"
    small = base64.b64encode(files.encoded(files.gradient(100, 100))).decode()
    status, code, message = refused(rich, "videos/image2video", image=small)
    assert (status, code) == (400, 1201)
    assert message.startswith("image: ")


def test_lists_and_spans(rich: Kling) -> None:
    for query in ("pageNum=0", "pageNum=1001", "pageSize=501", "pageSize=-1", "pageNum=",
                  "pageSize=1e2", f"pageNum={'9' * 5000}", "pageNum=٣"):  # fmt: skip
        assert called(rich, "GET", f"/v1/{TEXT}?{query}") == (400, 1201), query
    assert rich.tasks(TEXT, pageNum=1000, pageSize=500) == []
    for query in ("", "start_time=0", "start_time=2&end_time=1", "start_time=x&end_time=1",
                  "start_time=0&end_time=253402300800000", "start_time=0&end_time=1"):  # fmt: skip
        expected = (429, 1302) if query else (400, 1201)
        assert called(rich, "GET", f"/account/costs?{query}") == expected


def test_methods_and_addresses(rich: Kling) -> None:
    for method, path in (("PUT", TEXT), ("DELETE", f"{TEXT}/x"), ("POST", f"{TEXT}/x")):
        assert called(rich, method, f"/v1/{path}", json={}) == (404, 1202)
    assert called(rich, "POST", "/account/costs", json={}) == (404, 1202)
    unknown = (f"{TEXT}/nothing", f"{TEXT}/%00", f"{IMAGES}/{'x' * 300}", "videos", "")
    absent = ("videos/lip-sync", "images/editing/expand", "images/editing/expand/x")
    for path in unknown + absent:
        assert called(rich, "GET", f"/v1/{path}") == (404, 1203), path
    assert called(rich, "POST", "/kling/v1/images/editing/expand", json={}) == (404, 1203)


def test_what_is_not_here(rich: Kling, anna: User, paula: User) -> None:
    assert refused(rich, TEXT, prompt="a fox", model_name="kling-v2-6")[:2] == (404, 1203)
    for video in ("x", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"):
        assert refused(rich, "videos/video-extend", video_id=video)[:2] == (404, 1203)
    assert refused(rich, "videos/video-extend", video_id=5)[:2] == (400, 1201)
    for scene in ("squish", "\x00", "é"):
        assert refused(rich, EFFECTS, **{**ALIVE, "effect_scene": scene})[:2] == (404, 1203)
    switch_effect(
        code="old-photo-alive", enabled=False, reason="law", note="", staff=paula,
        now=timezone.now(),
    )  # fmt: skip
    assert refused(rich, EFFECTS, **ALIVE, consent=True)[:2] == (404, 1203)


def test_inputs_of_effects(rich: Kling) -> None:
    one, two = {"image": PHOTO}, {"images": [PHOTO, PHOTO]}
    for scene, given in (
        ("memory_alive", {"duration": "5"}),
        ("memory_alive", {**one, "duration": 5}),
        ("memory_alive", one),
        ("memory_alive", {**two, "duration": "5"}),
        ("hug_pro", {**one, "duration": "5"}),
        ("hug_pro", {**two, "duration": "10"}),
        ("hug_pro", {**two, **one, "duration": "5"}),
        ("hug_pro", {"images": [PHOTO], "duration": "5"}),
        ("hug_pro", "x"),
    ):
        status, code, message = refused(
            rich, EFFECTS, effect_scene=scene, input=given, consent=True
        )
        assert (status, code) == (400, 1201), message
        assert message.startswith(("input", "duration"))


def test_policies(rich: Kling) -> None:
    status, code, message = refused(rich, EFFECTS, **ALIVE)
    assert (status, code) == (400, 1300)
    assert "must have agreed" in message or "agree to this use" in message
    status, code, message = refused(rich, IMAGES, prompt="how to make a bomb")
    assert (status, code) == (400, 1301)
    assert message.startswith("prompt: ")


def test_too_many_at_once(rich: Kling) -> None:
    rich.create(IMAGES, prompt="a fox")
    assert refused(rich, IMAGES, prompt="a fox")[:2] == (429, 1303)


def test_too_many_pictures_an_hour(
    rich: Kling, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.services.uploads.HOUR_MAX", 1)
    other = files.encoded(files.gradient(500, 300))
    keep_upload(user=anna, data=other, field="file", now=timezone.now())
    assert refused(rich, "videos/image2video", image=PHOTO)[:2] == (429, 1302)


def test_our_own_trouble(rich: Kling, settings: Any, tmp_path: Path) -> None:
    occupied = tmp_path / "a file where a folder should be"
    occupied.touch()
    settings.ARTIFACT_DIR = occupied
    status, code, message = refused(rich, "videos/image2video", image=PHOTO)
    assert (status, code) == (500, 5000)
    assert str(occupied) not in message
    pull_brake(reason="repairs", until=None, now=timezone.now())
    assert refused(rich, IMAGES, prompt="a fox")[:2] == (503, 5001)


def test_a_check_that_does_not_answer(rich: Kling, settings: Any) -> None:
    with ModelServer() as server:
        settings.MODERATION_MODEL = server.url
    assert refused(rich, IMAGES, prompt="a fox")[:2] == (504, 5002)


def test_every_code_of_ours_has_one_of_theirs() -> None:
    assert set(REFUSALS.values()) <= STATUS.keys()


def test_a_member_may_what_others_may_not(anna: User, kling_of: KlingOf) -> None:
    on_gold(anna, now=timezone.now())
    assert kling_of(anna).create(TEXT, prompt="a fox", mode="pro")
