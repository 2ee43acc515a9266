"""Moderation over REST: the refusal, where one stands, the appeal."""

from __future__ import annotations

import uuid

from tests.api.conftest import Program, refused

BAD = {"kind": "image", "params": {"prompt": "p0rn, a fox"}}


def test_a_refusal_names_its_field_and_its_way_out(anna_api: Program) -> None:
    body = refused(anna_api.post("/jobs", BAD), 400, "moderation_blocked")
    assert body["fields"] == {"params.prompt": "refused by rule sexual-explicit (sexual)"}
    assert (body["failure"], body["charged"]) == ("SAFETY.INPUT.TEXT", False)
    assert body["span"] == {"start": 0, "end": 4}
    assert "You were not charged." in body["detail"]
    verdict = anna_api.get(f"/moderation/verdicts/{body['verdict']}").json()
    assert (verdict["rule"], verdict["counts"], verdict["review"]) == ("sexual-explicit", True, "")
    assert verdict["found_by"] == "rules"


def test_standing_and_list(anna_api: Program, bert_api: Program) -> None:
    assert anna_api.get("/moderation/standing").json() == {
        "level": "good",
        "weight": 0,
        "until": None,
    }
    for number in range(3):
        anna_api.post("/jobs", {"kind": "image", "params": {"prompt": f"porn {number}"}})
    standing = anna_api.get("/moderation/standing").json()
    assert (standing["level"], standing["weight"]) == ("slowed", 3)
    assert len(anna_api.get("/moderation/verdicts").json()["results"]) == 3
    assert bert_api.get("/moderation/verdicts").json()["results"] == []


def test_an_appeal(anna_api: Program, bert_api: Program) -> None:
    verdict = anna_api.post("/jobs", BAD).json()["verdict"]
    path = f"/moderation/verdicts/{verdict}/appeal"
    refused(bert_api.post(path, {"text": "mine"}), 404, "not_found")
    refused(bert_api.get(f"/moderation/verdicts/{verdict}"), 404, "not_found")
    refused(anna_api.post(path, {}), 400, "invalid_request")
    refused(anna_api.post(path, {"text": "x" * 2001}), 400, "invalid_request")
    refused(anna_api.post(path, {"text": "x", "loud": True}), 400, "invalid_request")
    assert anna_api.post(path, {"text": "a title"}).json()["review"] == "waiting"
    refused(anna_api.post(path, {"text": "another"}), 409, "already_appealed")
    refused(
        anna_api.post(f"/moderation/verdicts/{uuid.uuid4()}/appeal", {"text": "x"}),
        404,
        "not_found",
    )
