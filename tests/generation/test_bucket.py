"""Files in a bucket: the real client over HTTP against a server that speaks S3 (moto)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import time_machine
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts.models import User
from generation import storage
from generation.models import Artifact
from generation.services import artifacts
from generation.services.links import artifact_path
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

DATA = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Any, request: pytest.FixtureRequest) -> Any:
    """An empty bucket that is set as the place of files."""
    name = f"files-{abs(hash(request.node.name))}"
    options = {"region": "eu-central-1", "key": "k", "secret": "s", "endpoint": endpoint}
    settings.ARTIFACT_BUCKET = {"bucket": name, "folder": "ink/lings", **options}
    client = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )
    return client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )


def test_what_is_stored_is_read_back(bucket: Any) -> None:
    name = storage.store(DATA, "video/mp4")
    [stored] = bucket.objects.all()
    assert stored.key == f"ink/lings/{name[:2]}/{name}"
    assert stored.Object().content_type == "video/mp4"
    grants = stored.Object().Acl().grants
    assert all("URI" not in grant["Grantee"] for grant in grants)  # to nobody but the owner
    with storage.open_stored(name) as file:
        assert file.read() == DATA
        file.seek(300)
        assert file.read(4) == DATA[300:304]
        file.seek(-3, io.SEEK_END)
        assert file.read() == DATA[-3:]
        assert file.read() == b""
    storage.delete(name)
    storage.delete(name)
    with pytest.raises(FileNotFoundError):
        storage.open_stored(name)


def test_a_store_that_is_away_is_a_full_disk(bucket: Any, settings: Any) -> None:
    settings.ARTIFACT_BUCKET = {**settings.ARTIFACT_BUCKET, "endpoint": "http://127.0.0.1:1"}
    with pytest.raises(OSError, match="Could not connect"):
        storage.store(b"x", "image/png")
    with pytest.raises(OSError, match="Could not connect"):
        storage.open_stored("0" * 64 + ".png")


def test_a_link_serves_ranges_from_the_bucket(bucket: Any, rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed())
    artifact = Artifact.objects.get()
    with time_machine.travel(NOON, tick=False):
        _reads(artifact)


def _reads(artifact: Artifact) -> None:
    path = artifact_path(artifact, now=NOON)
    whole = b"".join(Client().get(path).streaming_content)  # type: ignore[attr-defined]
    assert len(whole) == artifact.bytes
    part = Client().get(path, headers={"range": "bytes=1-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"PNG")  # type: ignore[attr-defined]


def test_orphans_in_a_bucket_are_swept(bucket: Any, rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed())
    kept = Artifact.objects.get().stored_name
    orphan = storage.store(b"x", "image/png")
    assert artifacts.sweep_orphans(now=datetime.now(UTC)) == 0
    assert artifacts.sweep_orphans(now=datetime.now(UTC) + timedelta(days=2)) == 1
    assert [stored.key.rpartition("/")[2] for stored in bucket.objects.all()] == [kept]
    assert orphan != kept
