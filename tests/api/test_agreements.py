"""The labelling agreement over REST."""

from __future__ import annotations

import pytest

from generation.models import LabellingAcceptance
from tests.api.conftest import Program, refused

PATH = "/agreements/labelling"


def test_read_accept_read(anna_api: Program) -> None:
    before = anna_api.get(PATH).json()
    assert (before["accepted"], before["accepted_at"]) == (False, None)
    assert before["texts"]["en"].startswith("Labelling agreement")
    assert before["texts"]["zh-hans"].startswith("标识协议")
    accepted = anna_api.post(PATH, {"accept": True})
    assert accepted.status_code == 200
    after = anna_api.get(PATH).json()
    assert accepted.json() == after
    assert after["accepted"]
    assert after["accepted_at"] is not None
    row = LabellingAcceptance.objects.get()
    assert (row.text_id, row.address) == (before["version"], "127.0.0.1")
    assert anna_api.post(PATH, {"accept": True, "version": before["version"]}).json() == after
    assert LabellingAcceptance.objects.count() == 1


def test_another_users_acceptance_is_not_mine(anna_api: Program, bert_api: Program) -> None:
    anna_api.post(PATH, {"accept": True})
    assert not bert_api.get(PATH).json()["accepted"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "accept"),
        ({"accept": False}, "accept"),
        ({"accept": None}, "accept"),
        ({"accept": "perhaps"}, "accept"),
        ({"accept": True, "version": "2024"}, "version"),
        ({"accept": True, "user": "bert"}, "user"),
        ([True], "body"),
    ],
)
def test_what_accepts_nothing(anna_api: Program, body: object, field: str) -> None:
    problem = refused(anna_api.post(PATH, body), 400, "invalid_request")
    assert field in " ".join(problem["fields"]) or field == "body"
    assert not LabellingAcceptance.objects.exists()


def test_a_key_is_needed(client: object, db: None) -> None:
    refused(Program("ink_nobody").post(PATH, {"accept": True}), 401, "unauthenticated")
