"""GET /wallet, POST /wallet/claim, GET /wallet/statement."""

from collections.abc import Callable

import pytest

from accounts.models import User
from tests.api.conftest import Program, refused
from tests.conftest import Person


def test_an_empty_wallet(anna_api: Program) -> None:
    body = anna_api.get("/wallet").json()
    assert body["next_claim_at"].endswith("Z")
    assert body == {
        "available_points": "0.00",
        "held_points": "0.00",
        "debt_points": "0.00",
        "lots": [],
        "next_claim_at": body["next_claim_at"],
    }


def test_claiming(anna_api: Program) -> None:
    lot = anna_api.post("/wallet/claim")
    assert lot.status_code == 200
    assert (lot.json()["source"], lot.json()["remaining_points"]) == ("daily", "66.00")
    wallet = anna_api.get("/wallet").json()
    assert wallet["available_points"] == "66.00"
    assert wallet["lots"] == [lot.json()]
    assert wallet["next_claim_at"] == lot.json()["expires_at"]
    again = refused(anna_api.post("/wallet/claim"), 409, "already_claimed")
    assert again["next_claim_at"]


def test_claiming_needs_a_verified_address(
    person: Person, catalogue: None, key_of: Callable[[User], str]
) -> None:
    program = Program(key_of(person("carl", verified=False)))
    refused(program.post("/wallet/claim"), 403, "email_unverified")


def test_the_statement_explains_the_wallet(anna_api: Program) -> None:
    anna_api.post("/wallet/claim")
    job = anna_api.post("/jobs", {"kind": "image", "params": {"prompt": "a fox"}}).json()
    anna_api.post(f"/jobs/{job['id']}/cancel")
    lines = anna_api.get("/wallet/statement").json()["results"]
    told = [
        (line["kind"], line["available_change_points"], line["available_after_points"])
        for line in lines
    ]
    assert told == [
        ("release", "0.20", "66.00"),
        ("hold", "-0.20", "65.80"),
        ("grant", "66.00", "66.00"),
    ]
    assert [line["version"] for line in lines] == [3, 2, 1]


def test_the_statement_pages(anna_api: Program) -> None:
    anna_api.post("/wallet/claim")
    for _ in range(3):
        job = anna_api.post("/jobs", {"kind": "image", "params": {"prompt": "a fox"}}).json()
        anna_api.post(f"/jobs/{job['id']}/cancel")
    seen = []
    address = "/wallet/statement?limit=3"
    while address:
        page = anna_api.get(address).json()
        seen += [line["version"] for line in page["results"]]
        address = page["next"] and page["next"].split("/api/v1")[1]
    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=-1", "cursor=²", "cursor="]
)
def test_bad_pages_are_named(anna_api: Program, query: str) -> None:
    body = refused(anna_api.get(f"/wallet/statement?{query}"), 400, "invalid_request")
    assert list(body["fields"]) == [query.split("=")[0]]
