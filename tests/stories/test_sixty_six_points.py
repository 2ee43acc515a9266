"""The first five minutes of a program: claim, make, look, read the statement."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from standardwebhooks.webhooks import Webhook

from accounts.models import User
from generation.stamp.brand_mark import find_brand_mark
from generation.stamp.reading import read_aigc
from tests.conftest import Person
from tests.live_stack import LiveStack, until
from tests.servers.receiver import receiving

pytestmark = pytest.mark.engine


def ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = client.get(f"/jobs/{job_id}").json()
        return job if job["status"] in {"succeeded", "failed", "canceled"} else None

    job: dict[str, Any] = until(look, f"the end of job {job_id}")
    return job


def test_a_picture(live: LiveStack, person: Person, key_of: Callable[[User], str]) -> None:
    with live.client(key_of(person("anna"))) as client, receiving() as receiver:
        hook = client.post("/webhook-endpoints", json={"url": receiver.url}).json()
        assert client.post("/wallet/claim").json()["remaining_points"] == "66.00"
        again = client.post("/wallet/claim")
        assert (again.status_code, again.json()["code"]) == (409, "already_claimed")

        body = {"kind": "image", "params": {"prompt": "a red fox", "seed": 7}}
        quote = client.post("/quotes", json=body)
        assert quote.status_code == 201
        assert quote.json()["cost_points"] == "0.20"
        assert quote.json()["available_after_points"] == "65.80"

        first = client.post("/jobs", json={**body, "quote": quote.json()["id"]})
        assert first.status_code == 202
        assert first.json()["status"] == "queued"
        job = ended(client, first.json()["id"])
        assert (job["status"], job["charged_points"], job["failure"]) == ("succeeded", "0.20", None)

        artifact = job["artifacts"][0]
        picture = httpx.get(artifact["url"])
        assert picture.headers["content-type"] == artifact["mime"] == "image/png"
        assert hashlib.sha256(picture.content).hexdigest() == artifact["sha256"]
        pixels = np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGB"))
        assert pixels.shape == (artifact["height"], artifact["width"], 3)
        assert artifact["brand_mark"]
        assert find_brand_mark(pixels)
        labels = read_aigc(picture.content)
        assert len(labels) == 1
        assert labels[0]["ProduceID"] == job["id"]

        wallet = client.get("/wallet").json()
        assert (wallet["available_points"], wallet["held_points"]) == ("65.80", "0.00")
        lines = client.get("/wallet/statement").json()["results"]
        assert [line["kind"] for line in lines] == ["capture", "hold", "grant"]
        assert [line["available_after_points"] for line in lines] == ["65.80", "65.80", "66.00"]
        assert {line["reference"] for line in lines[:2]} == {f"job:{job['id']}"}

        until(lambda: len(receiver.heard) == 3, "three messages about the job")
        told = [Webhook(hook["secret"]).verify(one.body, one.headers) for one in receiver.heard]
        assert {(message["sequence"], message["type"]) for message in told} == {
            (1, "job.queued"),
            (2, "job.running"),
            (3, "job.succeeded"),
        }


def test_a_clip(live: LiveStack, person: Person, key_of: Callable[[User], str]) -> None:
    with live.client(key_of(person("anna"))) as client:
        client.post("/wallet/claim")
        body = {"kind": "video", "params": {"prompt": "waves"}}
        job_id = client.post("/jobs", json=body).json()["id"]
        seen: set[tuple[str, int]] = set()

        def look() -> dict[str, Any] | None:
            job: dict[str, Any] = client.get(f"/jobs/{job_id}").json()
            seen.add((job["progress"]["stage"], job["progress"]["step"]))
            return job if job["status"] not in {"queued", "running"} else None

        job = until(look, "the end of the clip")
        assert (job["status"], job["charged_points"]) == ("succeeded", "10.00")
        artifact = job["artifacts"][0]
        assert (artifact["mime"], artifact["seconds"]) == ("video/mp4", 5)
        clip = httpx.get(artifact["url"]).content
        assert len(read_aigc(clip)) == 1
        assert client.get("/wallet").json()["available_points"] == "56.00"


def test_the_same_seed_is_the_same_picture(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> None:
    with live.client(key_of(person("anna"))) as client:
        client.post("/wallet/claim")
        pictures = []
        for _ in range(2):
            body = {"kind": "image", "params": {"prompt": "a red fox", "seed": 7}}
            job = ended(client, client.post("/jobs", json=body).json()["id"])
            content = httpx.get(job["artifacts"][0]["url"]).content
            pictures.append(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))
        assert np.array_equal(pictures[0], pictures[1])


def test_a_cancel_stops_the_worker(
    live: LiveStack, person: Person, key_of: Callable[[User], str]
) -> None:
    with live.client(key_of(person("anna"))) as client:
        client.post("/wallet/claim")
        body = {"kind": "video", "params": {"prompt": "waves"}}
        job_id = client.post("/jobs", json=body).json()["id"]
        until(lambda: client.get(f"/jobs/{job_id}").json()["status"] == "running", "the start")
        canceled = client.post(f"/jobs/{job_id}/cancel").json()
        assert canceled["status"] == "canceled"
        assert canceled["failure"]["charged"] is False
        assert client.get("/wallet").json()["available_points"] == "66.00"
        # The worker is free for the next job, and what it had made of the first is gone.
        body = {"kind": "image", "params": {"prompt": "a fox"}}
        assert ended(client, client.post("/jobs", json=body).json()["id"])["status"] == "succeeded"
        assert client.get(f"/jobs/{job_id}").json()["artifacts"] == []
