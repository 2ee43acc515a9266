"""Teams through REST: seats, roles, caps, invitations, envelopes, invoice data, who spent what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Seat, SeatInvitation, User
from billing.services import teams
from billing.services.gifts import give_membership
from billing.services.team_mail import mail_invitations
from tests.api.conftest import Program, refused
from tests.conftest import Person
from tests.jobs_by_hand import claimed, deliver

NOBODY = "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"


@pytest.fixture
def eve_api(person: Person, catalogue: None, key_of: Callable[[User], str]) -> Program:
    """Somebody's else."""
    return Program(key_of(person("eve")))


@pytest.fixture
def team(anna: User, anna_api: Program) -> str:
    """Anna's team of five seats."""
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    made = anna_api.post("/teams", {"name": "Studio"})
    assert made.status_code == 201
    assert made["Location"] == f"/api/v1/teams/{made.json()['id']}"
    return str(made.json()["id"])


@pytest.fixture
def bert_in(anna: User, bert: User, anna_api: Program, team: str) -> str:
    """Bert's seat."""
    body = {"email": bert.email}
    offered = anna_api.post(f"/teams/{team}/invitations", body, **{"idempotency-key": "bert"})
    assert offered.status_code == 201
    again = anna_api.post(f"/teams/{team}/invitations", body, **{"idempotency-key": "bert"})
    assert again.json() == offered.json()
    assert mail_invitations(now=timezone.now()) == 1
    assert (
        anna_api.post(f"/teams/{team}/invitations", body, **{"idempotency-key": "bert"}).status_code
        == 201
    )
    assert mail_invitations(now=timezone.now()) == 0  # a repeat mails nothing anew
    invitation = SeatInvitation.objects.get(id=offered.json()["id"])
    return str(teams.accept(user=bert, token=teams.token_of(invitation), now=timezone.now()).pk)


def test_a_team_is_made_once_and_renamed(anna_api: Program, bert_api: Program, team: str) -> None:
    again = anna_api.post("/teams", {"name": " Studio "})
    assert (again.status_code, again.json()["id"]) == (200, team)
    refused(anna_api.post("/teams", {"name": "Another"}), 409, "team_exists")
    refused(bert_api.post("/teams", {"name": "Mine"}), 409, "seats_full")
    refused(anna_api.post("/teams", {"name": ""}), 400, "invalid_request")
    assert anna_api.put(f"/teams/{team}", {"name": "Agency"}).json()["name"] == "Agency"
    [listed] = anna_api.get("/teams").json()["teams"]
    assert (listed["id"], listed["role"], listed["owner"]) == (team, "owner", "anna@example.com")


def test_seats_roles_and_caps(
    anna_api: Program, bert_api: Program, bert: User, team: str, bert_in: str
) -> None:
    listed = anna_api.get(f"/teams/{team}/seats").json()
    assert (listed["seats_max"], [one["role"] for one in listed["seats"]]) == (
        5,
        ["owner", "member"],
    )
    refused(bert_api.get(f"/teams/{team}/seats"), 404, "not_found")
    refused(bert_api.put(f"/teams/{team}", {"name": "Mine"}), 404, "not_found")
    caps = {"role": "manager", "day_cap_points": "1.5", "month_cap_points": None}
    changed = anna_api.put(f"/seats/{bert_in}", caps).json()
    assert (changed["role"], changed["day_cap_points"], changed["day_used_points"]) == (
        "manager",
        "1.50",
        "0.00",
    )
    assert bert_api.get(f"/teams/{team}").json()["role"] == "manager"
    for body, field in (
        ({**caps, "role": "owner"}, "role"),
        ({**caps, "day_cap_points": "-1"}, "day_cap_points"),
        ({**caps, "day_cap_points": 1.5}, "day_cap_points"),
        ({**caps, "day_cap_points": "9" * 16}, "day_cap_points"),
        ({**caps, "month_cap_points": "much"}, "month_cap_points"),
        ({"role": "member"}, "day_cap_points"),
    ):
        assert (
            field
            in refused(anna_api.put(f"/seats/{bert_in}", body), 400, "invalid_request")["fields"]
        )
    assert anna_api.delete(f"/seats/{bert_in}").status_code == 204
    assert anna_api.delete(f"/seats/{bert_in}").status_code == 204
    assert not Seat.objects.filter(user=bert, left_at=None).exists()
    refused(bert_api.get(f"/teams/{team}"), 404, "not_found")


def test_an_offer_is_made_once_and_taken_back(anna_api: Program, bert: User, team: str) -> None:
    path = f"/teams/{team}/invitations"
    made = anna_api.post(path, {"email": bert.email}, **{"idempotency-key": "k"}).json()
    other = anna_api.post(path, {"email": "x@example.com"}, **{"idempotency-key": "k"})
    refused(other, 409, "idempotency_conflict")
    long = anna_api.post(path, {"email": bert.email}, **{"idempotency-key": "k" * 256})
    assert "Idempotency-Key" in refused(long, 400, "invalid_request")["fields"]
    refused(anna_api.post(path, {"email": "no address"}), 400, "invalid_request")
    assert [one["id"] for one in anna_api.get(path).json()["invitations"]] == [made["id"]]
    for _ in range(2):
        assert anna_api.delete(f"/team-invitations/{made['id']}").status_code == 204
    assert anna_api.get(path).json()["invitations"] == []
    assert mail_invitations(now=timezone.now()) == 0
    assert mail.outbox == []


def test_another_teams_things_are_nowhere(
    anna_api: Program, eve_api: Program, team: str, bert_in: str
) -> None:
    invited = anna_api.post(f"/teams/{team}/invitations", {"email": "x@example.com"}).json()["id"]
    body = {"name": "Spring", "target_minor": 5, "team": team}
    spring = anna_api.post("/campaigns", body).json()["id"]
    caps = {"role": "member", "day_cap_points": None, "month_cap_points": None}
    change = {"name": "x", "target_minor": 1, "cap_points": None, "month_cap_points": None}
    data = {"company": "Evil Ltd"}
    answers: list[Any] = [
        *(
            eve_api.get(f"/teams/{team}{rest}")
            for rest in ("", "/seats", "/invitations", "/invoice-data", "/spending")
        ),
        eve_api.get(f"/teams/{team}/spending.csv"),
        eve_api.put(f"/teams/{team}", {"name": "Mine"}),
        eve_api.post(f"/teams/{team}/invitations", {"email": "eve2@example.com"}),
        eve_api.put(f"/seats/{bert_in}", caps),
        eve_api.delete(f"/seats/{bert_in}"),
        eve_api.delete(f"/team-invitations/{invited}"),
        eve_api.put(f"/teams/{team}/invoice-data", data),
        eve_api.post("/campaigns", body),
        eve_api.get(f"/campaigns/{spring}"),
        eve_api.put(f"/campaigns/{spring}", change),
        eve_api.get(f"/teams/{NOBODY}"),
        eve_api.delete(f"/seats/{NOBODY}"),
    ]
    for answer in answers:
        refused(answer, 404, "not_found")
    assert eve_api.get("/campaigns").json()["results"] == []
    assert eve_api.get(f"/campaigns?team={team}").json()["results"] == []
    refused(eve_api.get("/campaigns?team=x"), 400, "invalid_request")


def test_an_envelope_from_end_to_end(
    anna_api: Program, bert_api: Program, team: str, bert_in: str
) -> None:
    body = {"name": "Spring", "target_minor": 5, "team": team, "cap_points": "0.40"}
    spring = anna_api.post("/campaigns", body).json()
    assert (spring["team"], spring["envelope"]["left_points"]) == (team, "0.40")
    refused(anna_api.post("/campaigns", {**body, "cap_points": "1"}), 409, "campaign_exists")
    refused(bert_api.post("/campaigns", {**body, "name": "Mine"}), 404, "not_found")
    job = {
        "kind": "image",
        "params": {"prompt": "a fox", "n": 2, "campaign": spring["id"]},
        "team": team,
    }
    made = bert_api.post("/jobs", job, **{"idempotency-key": "one"})
    assert made.status_code == 202
    told = refused(bert_api.post("/jobs", job), 403, "envelope_exceeded")
    assert (told["envelope"], told["cap"], told["limit_points"]) == (
        spring["id"],
        "campaign_total",
        "0.40",
    )
    assert (told["used_points"], told["asked_points"], told["frees_at"]) == ("0.40", "0.40", None)
    held = bert_api.get(f"/campaigns/{spring['id']}").json()["campaign"]["envelope"]
    assert (held["held_points"], held["charged_points"], held["left_points"]) == (
        "0.40",
        "0.00",
        "0.00",
    )
    deliver(claimed(timezone.now()), timezone.now(), pieces=range(2))
    report = anna_api.get(f"/campaigns/{spring['id']}").json()
    assert (report["pieces_delivered"], report["campaign"]["envelope"]["charged_points"]) == (
        2,
        "0.40",
    )
    assert len(bert_api.get(f"/campaigns/{spring['id']}").json()["pieces"]) == 2
    change = {"name": "Spring", "target_minor": 6, "cap_points": "1", "month_cap_points": None}
    refused(bert_api.put(f"/campaigns/{spring['id']}", change), 404, "not_found")
    changed = anna_api.put(f"/campaigns/{spring['id']}", change).json()
    assert (changed["target_minor"], changed["envelope"]["left_points"]) == (6, "0.60")
    assert bert_api.post("/jobs", job).status_code == 202

    spent = anna_api.get(f"/teams/{team}/spending").json()
    assert spent["total"] == {"jobs": 2, "charged_points": "0.40", "held_points": "0.40"}
    assert [one["name"] for one in spent["by_member"]] == ["bert@example.com"]
    assert spent["lines"][0]["campaign"] == spring["id"]
    assert anna_api.get("/spending").json()["total"] == spent["total"]
    refused(anna_api.get("/spending?from=2026"), 400, "invalid_request")
    file = anna_api.get(f"/teams/{team}/spending.csv")
    [line] = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (line["member"], line["campaign"], line["charged_points"]) == (
        "bert@example.com",
        "Spring",
        "0.40",
    )


def test_invoice_data_is_the_owners_to_say(
    anna_api: Program, bert_api: Program, team: str, bert_in: str
) -> None:
    path = f"/teams/{team}/invoice-data"
    assert set(anna_api.get(path).json().values()) == {""}
    body = {"company": "Studio GmbH", "country": "DE", "email": "books@example.com"}
    assert anna_api.put(path, body).json() == {
        **dict.fromkeys(["name", "tax_id", "address"], ""),
        **body,
    }
    for wrong, field in (
        ({"country": "DE"}, "company"),
        ({**body, "country": "Germany"}, "country"),
        ({**body, "email": "books"}, "email"),
    ):
        assert field in refused(anna_api.put(path, wrong), 400, "invalid_request")["fields"]
    refused(bert_api.put(path, body), 404, "not_found")
    assert set(anna_api.put(path, {}).json().values()) == {""}
