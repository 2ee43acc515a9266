"""POST /quotes: a price that binds."""

from tests.api.conftest import Program, refused

FOX = {"kind": "image", "params": {"prompt": "a fox"}}


def test_a_quote(anna_api: Program) -> None:
    anna_api.post("/wallet/claim")
    response = anna_api.post("/quotes", FOX)
    body = response.json()
    assert response.status_code == 201
    assert (body["cost_points"], body["price_list"]) == ("0.20", 2)
    assert body["lots"] == [{"source": "daily", "points": "0.20", "paid": False}]
    assert (body["available_after_points"], body["shortfall"]) == ("65.80", None)
    assert anna_api.get("/wallet").json()["available_points"] == "66.00"
    job = anna_api.post("/jobs", {**FOX, "quote": body["id"]})
    assert job.status_code == 202
    anna_api.post(f"/jobs/{job.json()['id']}/cancel")
    refused(anna_api.post("/jobs", {**FOX, "quote": body["id"]}), 409, "quote_used")


def test_a_quote_for_an_empty_wallet_says_what_is_missing(anna_api: Program) -> None:
    body = anna_api.post("/quotes", {"kind": "video", "params": {"prompt": "waves"}}).json()
    assert (body["cost_points"], body["lots"]) == ("10.00", [])
    assert body["available_after_points"] is None
    assert body["shortfall"]["missing_points"] == "10.00"
    assert body["shortfall"]["ways"][0]["way"] == "claim"


def test_a_quote_is_for_its_own_request_and_owner(anna_api: Program, bert_api: Program) -> None:
    for program in (anna_api, bert_api):
        program.post("/wallet/claim")
    quote = anna_api.post("/quotes", FOX).json()["id"]
    other = {"kind": "image", "params": {"prompt": "an owl"}, "quote": quote}
    refused(anna_api.post("/jobs", other), 409, "quote_mismatch")
    refused(bert_api.post("/jobs", {**FOX, "quote": quote}), 409, "quote_mismatch")


def test_faults_are_named(anna_api: Program) -> None:
    body = refused(
        anna_api.post("/quotes", {"kind": "image", "params": {}}), 400, "invalid_request"
    )
    assert list(body["fields"]) == ["params.prompt"]
