"""The model port: a real service over HTTP, and a class that a setting names."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from billing.ledger.models import Hold
from generation import moderators
from generation.errors import ModerationBlocked, ModerationUnavailable
from generation.moderation.port import Image, Opinion, Text
from tests.jobs_by_hand import Submit
from tests.servers.moderation.server import ModelServer


@pytest.fixture
def model(settings: Any) -> Iterator[ModelServer]:
    """A service that is set as the model."""
    with ModelServer() as server:
        settings.MODERATION_MODEL = server.url
        settings.MODERATION_TOKEN = "s3cret"
        settings.MODERATION_TIMEOUT_MS = 1000
        yield server


def test_it_is_asked_about_every_text(rich_anna: User, submit: Submit, model: ModelServer) -> None:
    submit(rich_anna, params={"prompt": "a fox", "negative_prompt": "text"})
    assert model.asked == [
        {"kind": "text", "field": "params.prompt", "text": "a fox"},
        {"kind": "text", "field": "params.negative_prompt", "text": "text"},
    ]
    assert set(model.tokens) == {"Bearer s3cret"}


def test_what_it_blocks_is_refused_before_the_hold(
    rich_anna: User, submit: Submit, model: ModelServer
) -> None:
    model.says("block", category="hate", name="tox-3", score=0.934)
    holds = Hold.objects.count()
    with pytest.raises(ModerationBlocked) as caught:
        submit(rich_anna)
    assert (caught.value.facts["rule"], caught.value.facts["category"]) == ("model:tox-3", "hate")
    assert caught.value.facts["span"] is None
    assert Hold.objects.count() == holds
    assert rich_anna.verdicts.get().detail == "score 934/1000"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b'{"action": "allow"}'),
        (302, b""),
        (200, b"no json"),
        (200, b"[]"),
        (200, b'{"action": "shrug"}'),
        (200, b'{"action": "allow", "x": "' + b"y" * 70_000 + b'"}'),
    ],
)
def test_no_answer_refuses_or_goes_on_as_set(
    rich_anna: User, submit: Submit, model: ModelServer, settings: Any, status: int, answer: bytes
) -> None:
    model.status, model.answer = status, answer
    model.headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}
    with pytest.raises(ModerationUnavailable):
        submit(rich_anna, key="k")
    settings.MODERATION_ON_FAILURE = "OPEN"
    submit(rich_anna, key="k")


def test_a_slow_answer_is_none(
    rich_anna: User, submit: Submit, model: ModelServer, settings: Any
) -> None:
    settings.MODERATION_TIMEOUT_MS = 200
    model.go_on.clear()
    with pytest.raises(ModerationUnavailable) as caught:
        submit(rich_anna)
    assert caught.value.facts == {"retry_after_seconds": 10}


def test_nobody_listens(rich_anna: User, submit: Submit, settings: Any) -> None:
    settings.MODERATION_MODEL = "http://127.0.0.1:1/"
    with pytest.raises(ModerationUnavailable):
        submit(rich_anna)


def test_a_picture_travels_as_base64(model: ModelServer) -> None:
    model.says("review", category="nonsense", score="high")
    [finding] = moderators.opinions_on_pictures({"file": b"\x89PNG"})
    assert base64.b64decode(model.asked[0]["data"]) == b"\x89PNG"
    assert (finding.action, finding.category, finding.rule_id) == ("review", "other", "model:other")


class Outside:
    """A plug-in: it can tell whether a transaction is open."""

    def moderate(self, item: Text | Image) -> Opinion:
        if connection.in_atomic_block:
            return Opinion("block", "other", "in a transaction")
        return Opinion("log", "other", "seen")


class Broken:
    """A plug-in that raises what it likes."""

    def moderate(self, item: Text | Image) -> Opinion:
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_a_class_is_asked_outside_transactions(
    rich_anna: User, submit: Submit, settings: Any
) -> None:
    settings.MODERATION_MODEL = f"{__name__}.Outside"
    submit(rich_anna)
    assert rich_anna.verdicts.get().rule_id == "model:seen"


def test_a_plug_in_that_raises_is_no_answer(rich_anna: User, submit: Submit, settings: Any) -> None:
    settings.MODERATION_MODEL = f"{__name__}.Broken"
    with pytest.raises(ModerationUnavailable):
        submit(rich_anna)
