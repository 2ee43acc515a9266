"""`callback_url`: the address a request named is told of each status once, in nobody's way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from accounts.models import User, WebhookDelivery
from billing.services import daily_points
from billing.services.gifts import give_membership
from generation.models import Job
from generation.services import own_data
from generation.services.attempts import fail_job
from generation.services.jobs import cancel_job
from generation.services.sweeps import sweep_leases
from tests.jobs_by_hand import claimed, deliver
from tests.kling.client import Kling, KlingError, called_back
from tests.kling.conftest import KlingOf
from tests.servers.receiver import Receiver, receiving
from tests.webhooks.conftest import pump

IMAGES = "images/generations"


@pytest.fixture
def rich(anna: User, kling_of: KlingOf) -> Kling:
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    return kling_of(anna)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE_RECEIVERS = True
    with receiving() as one:
        yield one


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [called_back(heard.body, IMAGES) for heard in receiver.heard]


def test_each_status_once_as_it_was_documented(rich: Kling, receiver: Receiver) -> None:
    body = {"prompt": "a fox", "n": 2, "external_task_id": "mine", "callback_url": receiver.url}
    task = rich.create(IMAGES, **body)
    assert rich.create(IMAGES, **body) == task  # the same task, and nothing more to tell
    pump(timezone.now())
    claimed(timezone.now())
    later = timezone.now() + timedelta(minutes=1)
    sweep_leases(now=later)  # its worker was lost, and another takes it: it is processing still
    deliver(claimed(later), later, pieces=(0, 1))
    pump(later)
    first, *others = told(receiver)
    assert first == {**task, "task_status_msg": "", "task_result": {}}
    assert sorted(one["task_status"] for one in others) == ["processing", "succeed"]
    [done] = [one for one in others if one["task_status"] == "succeed"]
    assert done["task_info"] == {"external_task_id": "mine"}
    assert [one["index"] for one in done["task_result"]["images"]] == [0, 1]
    assert done["updated_at"] > done["created_at"] == task["created_at"]
    # Who wants to verify it has the secret of the pair already.
    heard = receiver.heard[0]
    assert heard.headers["webhook-id"] == f"{task['task_id']}:submitted"
    secret = rich._pair[1].encode()
    assert Webhook(secret).verify(heard.body, heard.headers) == first


def test_what_failed_is_told_in_one_language(rich: Kling, anna: User, receiver: Receiver) -> None:
    task = rich.create(IMAGES, prompt="a fox", callback_url=receiver.url)["task_id"]
    job = claimed(timezone.now())
    assert job.attempt_id is not None
    fail_job(
        job_id=job.id, attempt_id=job.attempt_id, code="INTERNAL.OOM", message="cuda",
        now=timezone.now(),
    )  # fmt: skip
    other = rich.create(IMAGES, prompt="a fox", callback_url=receiver.url)["task_id"]
    cancel_job(user=anna, job_id=other, now=timezone.now())
    pump(timezone.now())
    failed = {one["task_id"]: one for one in told(receiver) if one["task_status"] == "failed"}
    assert failed.keys() == {task, other}
    assert "memory" in failed[task]["task_status_msg"]
    assert "cuda" not in str(failed)
    assert "You canceled it." in failed[other]["task_status_msg"]


def test_a_receiver_that_is_down_is_tried_again(rich: Kling, receiver: Receiver) -> None:
    receiver.status = 503
    rich.create(IMAGES, prompt="a fox", callback_url=receiver.url)
    pump(timezone.now())
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    receiver.status = 200
    assert pump(timezone.now() + timedelta(seconds=15)) == 1
    assert WebhookDelivery.objects.get().state == "delivered"
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/",
     "https://169.254.169.254/latest", "https://localhost/", "https://hooks.example:8080/",
     "https://a:b@hooks.example/", "nonsense", "https://hooks.example/\x00", " ", 5,
     "https://hooks.example/" + "x" * 500],
)  # fmt: skip
def test_addresses_that_are_not_told(anna: User, kling_of: KlingOf, url: object) -> None:
    daily_points.claim(user=anna, now=timezone.now())
    with pytest.raises(KlingError) as refused:
        kling_of(anna).create(IMAGES, prompt="a fox", callback_url=url)
    assert (refused.value.status, refused.value.code) == (400, 1201)
    assert refused.value.message.startswith("callback_url: ")
    assert not Job.objects.exists()


def test_an_empty_one_is_none_and_another_is_another_request(rich: Kling) -> None:
    for none in ("", None):
        rich.create(IMAGES, prompt="a fox", callback_url=none, external_task_id="quiet")
    rich.create(IMAGES, prompt="a fox", external_task_id="quiet")
    assert not WebhookDelivery.objects.exists()
    url = "https://hooks.example/a"
    rich.create(IMAGES, prompt="a fox", callback_url=url, external_task_id="told")
    for name, other in (("quiet", url), ("told", "https://hooks.example/b"), ("told", "")):
        with pytest.raises(KlingError) as refused:
            rich.create(IMAGES, prompt="a fox", callback_url=other, external_task_id=name)
        assert (refused.value.status, refused.value.code) == (400, 1201)
        assert refused.value.message.startswith("external_task_id: ")
    assert Job.objects.count() == 2


def test_a_callback_that_cannot_be_signed_or_queued_is_in_nobodys_way(
    rich: Kling, receiver: Receiver, settings: Any
) -> None:
    task = rich.create(IMAGES, prompt="a fox", callback_url=receiver.url)["task_id"]
    settings.ENCRYPTION_SECRETS = ["another, and the one before was thrown away"]
    claimed(timezone.now())
    processing = WebhookDelivery.objects.get(message_id=f"{task}:processing")
    assert processing.sealed_secret is None
    later = timezone.now() + timedelta(minutes=1)
    sweep_leases(now=later)
    job = claimed(later)
    WebhookDelivery.objects.all().delete()
    with connection.cursor() as cursor:  # the database itself refuses what a callback needs
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table accounts_apikey rename sealed_secret to elsewhere")
    deliver(job, later)
    assert Job.objects.get().state == "succeeded"
    assert not WebhookDelivery.objects.exists()


def test_an_export_has_it_and_an_erasure_takes_it(rich: Kling, anna: User) -> None:
    rich.create(IMAGES, prompt="a fox", callback_url="https://hooks.example/a?token=secret")
    [jobs] = [
        one for one in own_data.parts(user=anna, now=timezone.now()) if one.path == "jobs.json"
    ]
    assert "token=secret" in json.dumps(jobs.rows, default=str)
    own_data.erase(user=anna, now=timezone.now())
    assert Job.objects.get().callback_url == ""
