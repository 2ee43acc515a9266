"""REST of webhooks: made, changed, tested, sent again; keys, refusals, other people's."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User, WebhookDelivery, WebhookEndpoint
from accounts.services.api_keys import create_api_key
from accounts.services.webhook_endpoints import ENDPOINTS_MAX
from tests.api.conftest import Program, refused
from tests.webhooks.test_deliveries import happen

pytestmark = pytest.mark.django_db
URL = "https://shop.example/hooks"


def program(user: User, *scopes: str) -> Program:
    made = create_api_key(user=user, name="p", scopes=scopes, now=timezone.now())
    return Program(made.secret)


@pytest.fixture
def mine(anna: User) -> Program:
    return program(anna, "read", "submit", "billing_read")


def patch(client: Program, path: str, body: dict[str, Any]) -> Any:
    return client._client.patch(f"/api/v1{path}", body, "application/json")


def test_the_life_of_an_endpoint(mine: Program, anna: User) -> None:
    body = {"url": URL, "description": "shop", "event_types": ["job.failed", "job.succeeded"]}
    first = mine.post("/webhook-endpoints", body, **{"Idempotency-Key": "e1"})
    again = mine.post("/webhook-endpoints", body, **{"Idempotency-Key": "e1"})
    assert (first.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert first.json() == again.json()
    assert first["Cache-Control"] == "no-store"
    made, secret = first.json()["endpoint"], first.json()["secret"]
    assert made["event_types"] == ["job.succeeded", "job.failed"]
    assert secret.startswith("whsec_")
    path = f"/webhook-endpoints/{made['id']}"
    assert first["Location"] == f"/api/v1{path}"
    assert mine.get(path).json() == made
    assert secret not in mine.get("/webhook-endpoints").content.decode()
    refused(
        mine.post("/webhook-endpoints", {"url": URL}, **{"Idempotency-Key": "e1"}),
        409,
        "idempotency_conflict",
    )
    turned = mine.post(f"{path}/rotate-secret", {"overlap_hours": 1}, **{"Idempotency-Key": "r"})
    assert turned.json()["secret"] != secret
    assert turned.json()["endpoint"]["previous_secret_until"]
    same = mine.post(f"{path}/rotate-secret", {"overlap_hours": 1}, **{"Idempotency-Key": "r"})
    assert same.json() == turned.json()
    assert patch(mine, path, {"enabled": False}).json()["state"] == "paused"
    refused(mine.post(f"{path}/test"), 409, "endpoint_inactive")
    assert patch(mine, path, {"enabled": True, "description": ""}).json()["state"] == "active"
    assert mine.delete(path).status_code == 204
    refused(mine.get(path), 404, "not_found")


def test_deliveries_are_listed_page_by_page_and_sent_again(mine: Program, anna: User) -> None:
    endpoint = mine.post("/webhook-endpoints", {"url": URL}).json()["endpoint"]
    path = f"/webhook-endpoints/{endpoint['id']}"
    tested = mine.post(f"{path}/test", **{"Idempotency-Key": "t"})
    assert (tested.status_code, tested.json()["type"]) == (202, "webhook.test")
    assert mine.post(f"{path}/test", **{"Idempotency-Key": "t"}).json() == tested.json()
    happen(anna, "m:1")
    page = mine.get(f"{path}/deliveries?limit=1").json()
    assert [row["type"] for row in page["results"]] == ["webhook.test"]
    rest = mine._client.get(page["next"]).json()
    assert [row["type"] for row in rest["results"]] == ["membership.ended"]
    assert mine.get(f"{path}/deliveries?state=failed").json()["results"] == []
    refused(mine.get(f"{path}/deliveries?state=odd"), 400, "invalid_request")
    one = f"{path}/deliveries/{tested.json()['id']}"
    assert mine.get(one).json() == tested.json()
    WebhookDelivery.objects.update(
        state="failed", attempts=11, next_attempt_at=None, ended_at=timezone.now()
    )
    for _twice in range(2):
        again = mine.post(f"{one}/redeliver", **{"Idempotency-Key": "again"})
        assert (again.status_code, again.json()["state"]) == (202, "waiting")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://shop.example/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://shop.example\x00/"}, "url"),
        ({"url": 7}, "url"),
        ({"url": URL, "event_types": ["job.melted"]}, "event_types.0"),
        ({"url": URL, "event_types": "job.failed"}, "event_types"),
        ({"url": URL, "description": "x" * 201}, "description"),
        ({"url": URL, "secret": "mine"}, "secret"),
    ],
)
def test_requests_that_are_not_understood(mine: Program, body: Any, field: str) -> None:
    said = refused(mine.post("/webhook-endpoints", body), 400, "invalid_request")
    assert list(said["fields"]) == [field]
    assert not WebhookEndpoint.objects.exists()


def test_changes_and_rotations_that_are_not_understood(mine: Program) -> None:
    endpoint = mine.post("/webhook-endpoints", {"url": URL}).json()["endpoint"]
    path = f"/webhook-endpoints/{endpoint['id']}"
    for body in ({}, {"url": "ftp://x.example"}, {"enabled": "perhaps"}):
        refused(patch(mine, path, body), 400, "invalid_request")
    refused(mine.post(f"{path}/rotate-secret", {"overlap_hours": 169}), 400, "invalid_request")
    refused(mine.post(f"{path}/test", **{"Idempotency-Key": "k" * 256}), 400, "invalid_request")
    assert mine.get(path).json() == endpoint


def test_one_has_so_many_and_no_more(mine: Program) -> None:
    for _ in range(ENDPOINTS_MAX):
        assert mine.post("/webhook-endpoints", {"url": URL}).status_code == 201
    said = refused(mine.post("/webhook-endpoints", {"url": URL}), 409, "too_many_endpoints")
    assert said["most"] == ENDPOINTS_MAX


def test_anothers_endpoint_is_nowhere(mine: Program, bert: User) -> None:
    endpoint = mine.post("/webhook-endpoints", {"url": URL}).json()["endpoint"]
    path = f"/webhook-endpoints/{endpoint['id']}"
    delivery = f"{path}/deliveries/{mine.post(f'{path}/test').json()['id']}"
    other = program(bert, "read", "submit", "billing_read")
    for answer in (
        other.get(path),
        other.get(f"{path}/deliveries"),
        other.get(delivery),
        other.post(f"{delivery}/redeliver"),
        other.post(f"{path}/test"),
        other.post(f"{path}/rotate-secret"),
        other.delete(path),
        patch(other, path, {"enabled": False}),
    ):
        refused(answer, 404, "not_found")
    assert other.get("/webhook-endpoints").json()["results"] == []


def test_a_key_is_told_of_money_only_if_it_may_read_it(mine: Program, anna: User) -> None:
    """Else a program that may only make pictures would read orders through an endpoint."""
    maker = program(anna, "read", "submit")
    refused(maker.post("/webhook-endpoints", {"url": URL}), 403, "scope_missing")
    jobs = {"url": URL, "event_types": ["job.succeeded"]}
    own = maker.post("/webhook-endpoints", jobs).json()["endpoint"]
    own_path = f"/webhook-endpoints/{own['id']}"
    refused(patch(maker, own_path, {"event_types": ["order.paid"]}), 403, "scope_missing")
    theirs = mine.post("/webhook-endpoints", {"url": URL}).json()["endpoint"]
    their_path = f"/webhook-endpoints/{theirs['id']}"
    refused(patch(maker, their_path, {"url": "https://evil.example/"}), 403, "scope_missing")
    refused(maker.post(f"{their_path}/rotate-secret"), 403, "scope_missing")
    reader = program(anna, "read")
    assert reader.get(own_path).status_code == 200
    refused(reader.post(f"{own_path}/test"), 403, "scope_missing")


def test_event_types_come_with_their_schema(mine: Program) -> None:
    kinds = {kind["name"]: kind for kind in mine.get("/webhook-event-types").json()}
    assert kinds["job.succeeded"]["version"] == 1
    assert "cost_points" in kinds["job.succeeded"]["schema"]["properties"]
    assert kinds["order.paid"]["about_money"]
