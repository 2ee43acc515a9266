"""What needs no key: prices, health, schema, docs, signed links."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core import signing
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
    assert body["version"] == 1
    costs = {line["code"]: line["unit_points"] for line in body["lines"]}
    assert (costs["image"], costs["video-5s"]) == ("0.20", "10.00")


def test_health(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "redis": "ok"})


def test_the_schema_names_every_address(client: Client) -> None:
    schema = client.get("/api/schema?format=json").json()
    assert schema["openapi"].startswith("3.1")
    for path in ("quotes", "jobs", "jobs/{job_id}", "jobs/{job_id}/cancel", "wallet", "prices"):
        assert f"/api/v1/{path}" in schema["paths"]
    assert client.get("/api/docs").status_code == 200


def test_a_signed_link_opens_its_file_and_no_other(client: Client, artifact: Artifact) -> None:
    now = datetime.now(UTC)
    response = client.get(artifact_path(artifact, now=now))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    saved = client.get(artifact_path(artifact, now=now) + "?download")
    assert saved["Content-Disposition"].startswith("attachment")


def test_links_that_open_nothing(client: Client, artifact: Artifact) -> None:
    good = artifact_path(artifact, now=datetime.now(UTC))
    stale = artifact_path(artifact, now=datetime(2024, 1, 1, tzinfo=UTC))
    other_wallet = signing.Signer(salt="generation.artifact").sign_object(
        [str(artifact.id), artifact.wallet_id + 1, 2**40]
    )
    for path in (stale, good[:-1], f"/artifacts/{other_wallet}", f"/artifacts/{artifact.id}"):
        assert client.get(path).status_code == 404, path


def test_every_refusal_has_a_status() -> None:
    """The table of codes is complete: a refusal without an HTTP status cannot be forgotten."""

    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for derived in kind.__subclasses__():
            yield derived
            yield from below(derived)

    from_code = {kind.code for kind in below(Refusal)}
    assert from_code <= STATUS.keys()
