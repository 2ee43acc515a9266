"""The desk's switch of an effect: a reason, a line of audit, and nothing without them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.errors import InvalidRequest
from accounts.models import User
from generation.models import EffectSwitch, EffectTemplate
from generation.services.effects import switch_effect
from tests.conftest import Person
from tests.jobs_by_hand import NOON

CODE = "embrace-across-time"
PATH = f"/admin/generation/effecttemplate/{CODE}/switch/"


@pytest.fixture
def operator(person: Person) -> User:
    """Olga, who may open the desk."""
    return person("olga", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(operator: User) -> Client:
    """Olga's browser."""
    client = Client()
    client.force_login(operator)
    return client


def flip(desk: Client, **fields: str) -> Any:
    return desk.post(PATH, {"enabled": "", "reason": "misuse", "note": "", **fields})


def enabled() -> bool:
    return EffectTemplate.objects.get(pk=CODE).enabled


def test_off_and_on_again_leave_two_lines(desk: Client, operator: User) -> None:
    assert flip(desk).status_code == 302
    assert not enabled()
    page = desk.get(reverse("admin:generation_effecttemplate_change", args=[CODE]))
    assert "misuse" in page.content.decode()
    assert flip(desk, enabled="True", reason="restored", note="asked legal").status_code == 302
    assert enabled()
    flips = EffectSwitch.objects.order_by("id").values_list("enabled", "reason", "note", "staff")
    assert list(flips) == [
        (False, "misuse", "", operator.pk),
        (True, "restored", "asked legal", operator.pk),
    ]
    assert [entry.change_message for entry in LogEntry.objects.order_by("id")] == [
        "Switched off: misuse",
        "Switched on: restored",
    ]


def test_two_who_flip_it_at_once_do_not_undo_each_other(desk: Client) -> None:
    flip(desk)
    assert flip(desk).status_code == 200  # the second one's page said off, too
    assert not enabled()
    assert EffectSwitch.objects.count() == 1


@pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "whim"}, {"reason": "other"}])
def test_without_a_reason_nothing_happens(desk: Client, fields: dict[str, str]) -> None:
    assert flip(desk, **fields).status_code == 200
    assert enabled()
    assert not EffectSwitch.objects.exists()


def test_who_may_only_look_cannot_flip(person: Person) -> None:
    client = Client()
    client.force_login(person("vera", is_staff=True))
    assert flip(client).status_code == 403
    assert enabled()


def test_the_use_case_refuses_as_the_form_does(operator: User) -> None:
    with pytest.raises(InvalidRequest):
        switch_effect(code=CODE, enabled=True, reason="misuse", note="", staff=operator, now=NOON)
    with pytest.raises(InvalidRequest):
        switch_effect(code=CODE, enabled=False, reason="x", note="", staff=operator, now=NOON)


def test_effects_and_their_versions_are_not_edited(desk: Client) -> None:
    assert desk.get(reverse("admin:generation_effecttemplate_add")).status_code == 403
    path = reverse("admin:generation_effecttemplate_change", args=[CODE])
    assert desk.post(path, {"enabled": ""}).status_code == 403
    assert enabled()
