"""GET /api/v1/templates: what can be made of one's pictures, for everyone, in their language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User
from generation.effects_launch import EFFECTS
from generation.models import EffectTemplate, EffectVersion
from generation.seeding import load_launch_effects
from generation.services.effects import switch_effect
from tests.conftest import Person
from tests.jobs_by_hand import NOON

PATH = "/api/v1/templates"


def templates(**headers: str) -> dict[str, dict[str, Any]]:
    answer = Client().get(PATH, headers=headers)
    assert answer.status_code == 200
    return {one["code"]: one for one in answer.json()["templates"]}


@pytest.mark.usefixtures("catalogue")
def test_everyone_reads_every_effect_with_its_pictures_and_prices() -> None:
    found = templates()
    assert list(found) == [effect.code for effect in EFFECTS]
    embrace = found["embrace-across-time"]
    assert embrace["name"] == "Embrace across time"
    assert [(one["name"], one["person"]) for one in embrace["inputs"]] == [
        ("left", True),
        ("right", True),
    ]
    assert embrace["durations"] == [5]
    assert {"duration": 5, "quality": "standard", "cost_points": "10.00"} in embrace["prices"]
    assert embrace["consent"]["version"] == "1"
    assert "agree" in embrace["consent"]["text"]
    assert embrace["enabled"]
    assert found["first-snow"]["consent"] is None
    assert {one["duration"] for one in embrace["prices"]} == {5}


@pytest.mark.usefixtures("db")
def test_words_follow_the_language_that_is_asked_for() -> None:
    chinese = templates(**{"accept-language": "zh-CN,zh;q=0.9"})["forty-years-ago"]
    assert chinese["name"] == "四十年前的照片"
    assert chinese["inputs"][0]["label"] == "照片"
    assert "同意" in chinese["consent"]["text"]
    english = templates(**{"accept-language": "fr"})["forty-years-ago"]
    assert english["name"] == "Photos from forty years ago"


@pytest.mark.usefixtures("db")
def test_an_etag_of_its_own_for_each_language() -> None:
    client = Client()
    first = client.get(PATH, headers={"accept-language": "en"})
    assert "Accept-Language" in first["Vary"]
    tag = first["ETag"]
    again = client.get(PATH, headers={"accept-language": "en", "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(PATH, headers={"accept-language": "zh-hans", "if-none-match": tag})
    assert other.status_code == 200
    assert other["ETag"] != tag


def test_a_switched_off_effect_says_so_and_changes_the_etag(person: Person) -> None:
    tag = Client().get(PATH)["ETag"]
    staff: User = person("olga", is_staff=True)
    switch_effect(code="fly-over", enabled=False, reason="quality", note="", staff=staff, now=NOON)
    answer = Client().get(PATH, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert [one["enabled"] for one in answer.json()["templates"] if one["code"] == "fly-over"] == [
        False
    ]


@pytest.mark.usefixtures("db")
def test_nothing_an_engine_is_told_is_shown() -> None:
    told = json.dumps(templates())
    for effect in EFFECTS:
        assert effect.prompt not in told
        assert not effect.negative_prompt or effect.negative_prompt not in told
    assert '"camera":' not in told


@pytest.mark.usefixtures("db")
def test_every_preview_is_a_small_drawing_that_is_there() -> None:
    for one in templates().values():
        path = finders.find(one["preview"].split("/static/")[1])
        assert isinstance(path, str)
        drawn = Path(path).read_bytes()
        assert drawn.startswith(b"<svg")
        assert len(drawn) < 20_000
        assert b"<script" not in drawn


@pytest.mark.usefixtures("db")
def test_loading_again_adds_nothing_and_leaves_switches_alone() -> None:
    EffectTemplate.objects.filter(code="fly-over").update(enabled=False)
    EffectVersion.objects.filter(template="first-snow").delete()
    assert load_launch_effects(using="default") == 1
    assert load_launch_effects(using="default") == 0
    assert not EffectTemplate.objects.get(code="fly-over").enabled
