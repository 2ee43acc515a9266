"""Deleting over REST: for good, one's own only, and the job stays."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import time_machine

from accounts.models import User
from billing.services import daily_points
from generation.models import Artifact, Job
from tests.api.conftest import Program, refused
from tests.jobs_by_hand import NOON, claimed, deliver


@pytest.fixture
def job(anna: User, anna_api: Program) -> Any:
    """A job of Anna's that made two pictures."""
    with time_machine.travel(NOON, tick=False):
        daily_points.claim(user=anna, now=NOON)
        body = {"kind": "image", "params": {"prompt": "a fox", "n": 2}}
        made = anna_api.post("/jobs", body).json()
        deliver(claimed(), pieces=(0, 1))
        yield anna_api.get(f"/jobs/{made['id']}").json()


def test_one_file(job: Any, anna_api: Program, bert_api: Program) -> None:
    first, second = job["artifacts"]
    assert first["kept_until"] == "2026-12-23T04:00:00.000000Z"
    assert first["poster_url"]
    path = f"/artifacts/{first['id']}"
    refused(bert_api.delete(path), 404, "not_found")
    refused(anna_api.delete(f"/artifacts/{uuid.uuid4()}"), 404, "not_found")
    for _ in range(2):
        assert anna_api.delete(path).status_code == 204
    gone, left = anna_api.get(f"/jobs/{job['id']}").json()["artifacts"]
    assert (gone["url"], gone["poster_url"]) == (None, None)
    assert gone["deleted_at"] == "2026-11-23T04:00:00.000000Z"
    assert left["url"] == second["url"]
    again = anna_api.get(f"/jobs/{job['id']}").json()
    assert (again["charged_points"], again["pieces"]["delivered"]) == ("0.40", 2)


def test_all_files_of_a_job(job: Any, anna_api: Program, bert_api: Program) -> None:
    path = f"/jobs/{job['id']}/artifacts"
    refused(bert_api.delete(path), 404, "not_found")
    assert anna_api.delete(path).status_code == 204
    assert not Artifact.objects.filter(deleted_at=None).exists()
    assert Job.objects.get().state == "succeeded"
