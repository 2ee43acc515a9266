"""What needs no key: prices, health, schema, docs, signed links."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core import signing
from django.core.management import call_command
from django.test import Client

from accounts.errors import Refusal
from accounts.models import User
from billing.services import daily_points
from config.api.errors import STATUS
from generation.models import Artifact
from generation.services.links import artifact_path
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def artifact(anna: User, submit: Submit) -> Artifact:
    """A delivered picture of Anna's."""
    daily_points.claim(user=anna, now=NOON)
    submit(anna)
    deliver(claimed())
    return Artifact.objects.get()


def test_prices(client: Client, catalogue: None) -> None:
    body = client.get("/api/v1/prices").json()
    assert (body["version"], body["relaxed_percent"]) == (2, 70)
    costs = {line["code"]: line["unit_points"] for line in body["lines"]}
    assert (costs["image"], costs["video-5s"]) == ("0.20", "10.00")


def test_health(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "redis": "ok"})


def test_the_schema_is_written_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)


def test_the_schema_names_every_address(client: Client) -> None:
    schema = client.get("/api/schema?format=json").json()
    assert schema["openapi"].startswith("3.1")
    for path in ("quotes", "jobs", "jobs/{job_id}", "jobs/{job_id}/cancel", "wallet", "prices"):
        assert f"/api/v1/{path}" in schema["paths"]
    assert client.get("/api/docs").status_code == 200
    refusal = schema["paths"]["/api/v1/jobs"]["post"]["responses"]["default"]
    assert refusal["content"]["application/problem+json"]
    codes = schema["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert codes == sorted(STATUS)


def test_a_signed_link_opens_its_file_and_no_other(client: Client, artifact: Artifact) -> None:
    now = datetime.now(UTC)
    response = client.get(artifact_path(artifact, now=now))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    saved = client.get(artifact_path(artifact, now=now) + "?download")
    assert saved["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "told", "body"),
    [
        ("bytes=1-3", 206, "bytes 1-3/25", b"PNG"),
        ("bytes=22-", 206, "bytes 22-24/25", b"ure"),
        ("bytes=-4", 206, "bytes 21-24/25", b"ture"),
        ("bytes=21-999", 206, "bytes 21-24/25", b"ture"),
        ("bytes=25-", 416, "bytes */25", b""),
        ("bytes=-0", 416, "bytes */25", b""),
        ("bytes=3-1", 200, None, b"\x89PNG stands for a picture"),
        ("bytes=0-1,4-5", 200, None, b"\x89PNG stands for a picture"),
        ("lines=1-2", 200, None, b"\x89PNG stands for a picture"),
    ],
)
def test_a_clip_can_be_sought(
    client: Client, artifact: Artifact, asked: str, status: int, told: str | None, body: bytes
) -> None:
    path = artifact_path(artifact, now=datetime.now(UTC))
    response = client.get(path, headers={"range": asked})
    assert response.status_code == status
    assert response.headers.get("Content-Range") == told
    assert b"".join(response) == body


def test_links_that_open_nothing(client: Client, artifact: Artifact) -> None:
    good = artifact_path(artifact, now=datetime.now(UTC))
    stale = artifact_path(artifact, now=datetime(2024, 1, 1, tzinfo=UTC))
    other_wallet = signing.Signer(salt="generation.artifact").sign_object(
        [str(artifact.id), artifact.wallet_id + 1, 2**40]
    )
    for path in (stale, good[:-1], f"/artifacts/{other_wallet}", f"/artifacts/{artifact.id}"):
        assert client.get(path).status_code == 404, path


def test_a_host_that_is_not_ours_is_refused_as_a_problem(client: Client) -> None:
    response = client.get("/api/v1/prices", headers={"host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")


def test_every_refusal_has_a_status() -> None:
    """The table of codes is complete: a refusal without an HTTP status cannot be forgotten."""

    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for derived in kind.__subclasses__():
            yield derived
            yield from below(derived)

    from_code = {kind.code for kind in below(Refusal) if "code" in vars(kind)}
    assert from_code <= STATUS.keys()
