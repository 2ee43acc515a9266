"""POST /jobs, GET /jobs, GET /jobs/{id}, POST /jobs/{id}/cancel."""

import uuid
from typing import Any

import pytest

from generation.known_models import of_two
from generation.models import Job
from tests.api.conftest import Program, refused
from tests.jobs_by_hand import claimed, deliver

FOX = {"kind": "image", "params": {"prompt": "a fox"}}


@pytest.fixture
def rich(anna_api: Program) -> Program:
    """Anna's program with 66 points."""
    anna_api.post("/wallet/claim")
    return anna_api


def finish() -> None:
    """Do what a worker does to the one queued job."""
    now = Job.objects.get(state="queued").created_at
    deliver(claimed(now), now)


def test_a_job_is_accepted(rich: Program) -> None:
    response = rich.post("/jobs", FOX)
    body = response.json()
    assert response.status_code == 202
    assert response["Location"] == f"/api/v1/jobs/{body['id']}"
    assert (body["status"], body["kind"], body["cost_points"]) == ("queued", "image", "0.20")
    assert body["params"] == FOX["params"]
    assert body["artifacts"] == []
    assert body["failure"] is None
    assert body["deadline_at"] > body["created_at"]


def test_a_job_says_which_words_the_demonstration_model_has_never_seen(
    rich: Program, settings: Any
) -> None:
    [notice] = rich.post("/jobs", FOX).json()["notices"]
    assert (notice["code"], notice["words"]) == ("unknown_words", ["fox"])
    assert "has never seen: fox." in notice["message"]
    known = {"kind": "image", "params": {"prompt": "a red ring on a blue background"}}
    finish()
    assert rich.post("/jobs", known).json()["notices"] == []
    finish()
    demo = str(settings.DEMO_CHECKPOINT)
    settings.MODEL_REGISTRY = of_two("/models/of/the/operator", None, demo, None, demo=demo)
    assert rich.post("/jobs", FOX).json()["notices"] == []


def test_a_queued_job_knows_its_place(rich: Program) -> None:
    job = rich.post("/jobs", FOX).json()
    assert rich.get(f"/jobs/{job['id']}").json()["queue_position"] == 1


def test_a_delivered_job_shows_its_artifact_through_a_signed_link(rich: Program) -> None:
    job_id = rich.post("/jobs", FOX).json()["id"]
    finish()
    job = rich.get(f"/jobs/{job_id}").json()
    assert (job["status"], job["charged_points"]) == ("succeeded", "0.20")
    assert job["queue_position"] is None
    [artifact] = job["artifacts"]
    assert artifact["url"].startswith("http://testserver/artifacts/")
    assert (artifact["mime"], artifact["brand_mark"]) == ("image/png", True)


def test_a_poll_that_finds_nothing_new_is_told_so(rich: Program) -> None:
    path = f"/jobs/{rich.post('/jobs', FOX).json()['id']}"
    tag = rich.get(path)["ETag"]
    assert rich.get(path, **{"If-None-Match": tag}).status_code == 304
    finish()
    assert rich.get(path, **{"If-None-Match": tag}).status_code == 200


def test_the_same_key_gives_the_first_answer_again(rich: Program) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = rich.post("/jobs", FOX, **headers)
    finish()
    again = rich.post("/jobs", FOX, **headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Job.objects.count() == 1
    other = {"kind": "image", "params": {"prompt": "an owl"}}
    refused(rich.post("/jobs", other, **headers), 409, "idempotency_conflict")


def test_points_that_are_missing(anna_api: Program) -> None:
    body = refused(anna_api.post("/jobs", FOX), 402, "insufficient_points")
    assert (body["needed_points"], body["available_points"]) == ("0.20", "0.00")
    assert body["missing_points"] == "0.20"
    assert [way["way"] for way in body["ways"]] == ["claim", "topup"]


def test_more_jobs_than_slots(rich: Program) -> None:
    rich.post("/jobs", FOX)
    body = refused(rich.post("/jobs", FOX), 429, "quota_exceeded")
    assert (body["quota"], body["limit"], body["in_use"]) == ("parallel_jobs", 1, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "image"}, "params"),
        ({"kind": "song", "params": {"prompt": "a fox"}}, "kind"),
        ({"kind": "image", "params": {"prompt": ""}}, "params.prompt"),
        ({"kind": "image", "params": {"prompt": "x", "size": 3}}, "params.size"),
        ({"kind": "image", "params": "a fox"}, "params"),
        ({**FOX, "quote": "q"}, "quote"),
        ({**FOX, "idempotency_key": "k"}, "idempotency_key"),
    ],
)
def test_faults_are_named(rich: Program, body: dict[str, Any], field: str) -> None:
    problem = refused(rich.post("/jobs", body), 400, "invalid_request")
    assert field in problem["fields"]
    assert Job.objects.count() == 0


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "{", "\x00", "3"])
def test_bodies_that_are_no_request(rich: Program, body: str) -> None:
    refused(rich.post("/jobs", body), 400, "invalid_request")


def test_a_long_key_is_refused(rich: Program) -> None:
    problem = refused(
        rich.post("/jobs", FOX, **{"Idempotency-Key": "x" * 256}), 400, "invalid_request"
    )
    assert "Idempotency-Key" in problem["fields"]


def test_a_cancel_gives_the_points_back(rich: Program) -> None:
    job_id = rich.post("/jobs", FOX).json()["id"]
    job = rich.post(f"/jobs/{job_id}/cancel").json()
    assert (job["status"], job["charged_points"]) == ("canceled", "0.00")
    assert job["failure"] == {
        "code": "CANCELED.USER",
        "message": "You canceled it. You were not charged.",
        "charged": False,
    }
    assert rich.get("/wallet").json()["available_points"] == "66.00"
    assert rich.post(f"/jobs/{job_id}/cancel").status_code == 200


def test_an_ended_job_cannot_be_canceled(rich: Program) -> None:
    job_id = rich.post("/jobs", FOX).json()["id"]
    finish()
    problem = refused(rich.post(f"/jobs/{job_id}/cancel"), 409, "job_finished")
    assert problem["code"] == "job_finished"


def test_anothers_job_is_nowhere(rich: Program, bert_api: Program) -> None:
    job_id = rich.post("/jobs", FOX).json()["id"]
    for response in (
        bert_api.get(f"/jobs/{job_id}"),
        bert_api.post(f"/jobs/{job_id}/cancel"),
        bert_api.get(f"/jobs/{uuid.uuid4()}"),
        bert_api.get("/jobs/nonsense"),
    ):
        refused(response, 404, "not_found")
    assert bert_api.get("/jobs").json()["results"] == []


def test_the_list_pages_newest_first(rich: Program) -> None:
    made = []
    for _ in range(5):
        made.append(rich.post("/jobs", FOX).json()["id"])
        rich.post(f"/jobs/{made[-1]}/cancel")
    seen = []
    address = "/jobs?limit=2"
    while address:
        page = rich.get(address).json()
        seen += [job["id"] for job in page["results"]]
        address = page["next"] and page["next"].split("/api/v1")[1]
    assert seen == made[::-1]


def test_a_page_of_jobs_takes_few_queries(
    rich: Program, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        rich.post("/jobs", FOX)
        finish()
    with django_assert_max_num_queries(5):
        assert len(rich.get("/jobs").json()["results"]) == 5


def test_pieces_and_what_is_missing(rich: Program) -> None:
    body = {"kind": "image", "params": {"prompt": "a fox", "n": 9, "seed": 5}}
    assert rich.post("/quotes", body).json()["cost_points"] == "1.80"
    accepted = rich.post("/jobs", body).json()
    assert accepted["pieces"] == {"asked": 9, "delivered": None, "code": None, "message": None}
    job = claimed(Job.objects.get().created_at)
    deliver(job, job.created_at, pieces=[0, 2, 3, 4, 5, 6], missing="INTERNAL.OOM")
    shown = rich.get(f"/jobs/{accepted['id']}").json()
    assert (shown["status"], shown["charged_points"]) == ("succeeded", "1.20")
    assert [(one["piece"], one["seed"]) for one in shown["artifacts"]][:2] == [(0, 5), (2, 7)]
    assert shown["pieces"]["delivered"] == 6
    assert shown["pieces"]["code"] == "INTERNAL.OOM"
    assert shown["pieces"]["message"].startswith("6 of 9 delivered, 3 not charged.")
    refused(
        rich.post("/jobs", {**body, "params": {"prompt": "a", "n": 10}}), 400, "invalid_request"
    )
