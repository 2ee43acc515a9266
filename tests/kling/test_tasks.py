"""Tasks by their ids and names: whose they are, how they go, what repeating one costs."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing.ledger.services import grant
from billing.selectors.wallets import overview
from billing.services import daily_points
from billing.services.gifts import give_membership
from billing.services.grants import give_points
from billing.services.wallets import wallet_for
from generation.models import Artifact, Job
from generation.services.jobs import cancel_job, submit_job
from generation.services.keeping import delete_results
from generation.services.sweeps import sweep_leases
from tests.jobs_by_hand import claimed, deliver
from tests.kling.client import Kling, KlingError
from tests.kling.conftest import KlingOf
from tests.uploads import files

IMAGES, TEXT = "images/generations", "videos/text2video"


@pytest.fixture
def rich(anna: User, kling_of: KlingOf) -> Kling:
    """Anna's program; she is on platinum."""
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    return kling_of(anna)


def held(user: User) -> int:
    return overview(user=user, now=timezone.now()).held_cp


def not_found(kling: Kling, path: str, name: str) -> bool:
    with pytest.raises(KlingError) as refused:
        kling.task(path, name)
    return (refused.value.status, refused.value.code) == (404, 1203)


def test_a_name_is_one_task_and_one_charge(rich: Kling, anna: User) -> None:
    first = rich.create(IMAGES, prompt="a fox", n=3, external_task_id="mine")
    claimed(timezone.now())
    again = rich.create(IMAGES, prompt="a fox", n=3, external_task_id="mine", resolution="1k")
    assert again == first
    assert (Job.objects.count(), held(anna)) == (1, 60)
    for path, body in ((IMAGES, {"n": 4}), (TEXT, {})):
        with pytest.raises(KlingError) as refused:
            rich.create(path, prompt="a fox", external_task_id="mine", **body)
        assert (refused.value.status, refused.value.code) == (400, 1201)
        assert refused.value.message.startswith("external_task_id")
    # Without a name each is a task of its own.
    assert rich.create(IMAGES, prompt="a fox")["task_id"] != first["task_id"]
    assert held(anna) == 80


def test_tasks_are_their_owners_and_of_one_call(rich: Kling, bert: User, kling_of: KlingOf) -> None:
    daily_points.claim(user=bert, now=timezone.now())
    berts = kling_of(bert)
    task = rich.create(IMAGES, prompt="a fox", external_task_id="same")
    assert not_found(berts, IMAGES, task["task_id"])
    assert not_found(berts, IMAGES, "same")
    assert berts.tasks(IMAGES) == []
    other = berts.create(IMAGES, prompt="a fox", external_task_id="same")
    assert other["task_id"] != task["task_id"]
    assert berts.task(IMAGES, "same")["task_id"] == other["task_id"]
    assert rich.task(IMAGES, "same")["task_id"] == task["task_id"]
    assert not_found(rich, TEXT, task["task_id"])
    assert not_found(rich, TEXT, "same")


def test_what_the_clips_are_made_from(rich: Kling) -> None:
    photo = base64.b64encode(files.encoded(files.gradient(600, 400))).decode()
    moved = rich.create("videos/image2video", image=photo, image_tail=photo)
    assert Job.objects.get(id=moved["task_id"]).params.keys() == {"image", "image_tail"}
    both = {"images": [photo, photo], "duration": "5", "mode": "pro"}
    hug = rich.create("videos/effects", effect_scene="hug_pro", input=both, consent=True)
    params = Job.objects.get(id=hug["task_id"]).params
    assert (params["template"], params["quality"]) == ("embrace-across-time", "high")
    assert params["inputs"].keys() == {"left", "right"}
    # An effect of ours is a scene by its own code; the newest task comes first.
    one = {"image": photo, "duration": "10"}
    snow = rich.create("videos/effects", effect_scene="first_snow", input=one)
    assert Job.objects.get(id=snow["task_id"]).params["template"] == "first-snow"
    listed = [task["task_id"] for task in rich.tasks("videos/effects")]
    assert listed == [snow["task_id"], hug["task_id"]]
    assert [one["task_id"] for one in rich.tasks("videos/effects", pageNum=2, pageSize=1)] == [
        hug["task_id"]
    ]


def test_an_id_comes_before_a_name_that_looks_like_it(rich: Kling) -> None:
    first = rich.create(IMAGES, prompt="a fox")
    second = rich.create(IMAGES, prompt="a fox", external_task_id=first["task_id"])
    assert rich.task(IMAGES, first["task_id"])["task_id"] == first["task_id"]
    assert rich.task(IMAGES, second["task_id"])["task_info"] == second["task_info"]


def test_what_was_made_otherwise_is_no_task(rich: Kling, anna: User) -> None:
    made = submit_job(
        user=anna, kind="image", params={"prompt": "a fox"}, idempotency_key=None,
        now=timezone.now(),
    )  # fmt: skip
    assert not_found(rich, IMAGES, str(made.job.id))
    assert rich.tasks(IMAGES) == []


def test_how_a_task_goes(rich: Kling) -> None:
    task = rich.create(IMAGES, prompt="a fox", n=3)["task_id"]
    assert rich.task(IMAGES, task)["task_status"] == "submitted"
    claimed(timezone.now())
    assert rich.task(IMAGES, task)["task_status"] == "processing"
    # Given back by a worker that was lost: it does not go back to submitted.
    later = timezone.now() + timedelta(minutes=1)
    assert sweep_leases(now=later) == 1
    assert rich.task(IMAGES, task)["task_status"] == "processing"
    deliver(claimed(later), later, pieces=(0, 2), missing="INTERNAL.OOM")
    done = rich.task(IMAGES, task)
    assert (done["task_status"], done["final_unit_deduction"]) == ("succeed", "0.4")
    assert [one["index"] for one in done["task_result"]["images"]] == [0, 2]
    assert "memory" in done["task_status_msg"]


def test_what_is_canceled_has_failed_and_cost_nothing(rich: Kling, anna: User) -> None:
    task = rich.create(IMAGES, prompt="a fox")["task_id"]
    cancel_job(user=anna, job_id=task, now=timezone.now())
    done = rich.task(IMAGES, task)
    assert (done["task_status"], done["final_unit_deduction"]) == ("failed", "0")
    assert done["task_result"] == {}
    assert "You canceled it." in done["task_status_msg"]


def test_files_that_are_gone_are_not_shown(rich: Kling, anna: User) -> None:
    task = rich.create(IMAGES, prompt="a fox")["task_id"]
    deliver(claimed(timezone.now()), timezone.now())
    link = rich.task(IMAGES, task)["task_result"]["images"][0]["url"]
    # Its link is a picture to go on from, and no longer once it is gone.
    moved = rich.create("videos/image2video", image=link)
    assert Job.objects.get(id=moved["task_id"]).parent == Artifact.objects.get()
    Job.objects.filter(id=moved["task_id"]).delete()
    delete_results(user=anna, job_id=task, now=timezone.now())
    assert rich.call("GET", f"/v1/{IMAGES}/{task}")["task_result"] == {"images": []}
    with pytest.raises(KlingError) as refused:
        rich.create("videos/image2video", image=link)
    assert (refused.value.status, refused.value.code) == (400, 1201)


def test_anothers_link_is_no_picture_of_mine(rich: Kling, bert: User, kling_of: KlingOf) -> None:
    task = rich.create(IMAGES, prompt="a fox")["task_id"]
    deliver(claimed(timezone.now()), timezone.now())
    link = rich.task(IMAGES, task)["task_result"]["images"][0]["url"]
    daily_points.claim(user=bert, now=timezone.now())
    with pytest.raises(KlingError) as refused:
        kling_of(bert).create("videos/image2video", image=link)
    assert (refused.value.status, refused.value.code) == (400, 1201)


def test_packs_are_lots(anna: User, kling_of: KlingOf) -> None:
    now, day = timezone.now(), timedelta(days=1)
    at = int(now.timestamp() * 1000)
    daily_points.claim(user=anna, now=now - day)
    daily_points.claim(user=anna, now=now)
    wallet_id = wallet_for(user=anna, now=now)
    for name, starts, ends in (("soon", now + day, now + 30 * day), ("ever", now, None)):
        with transaction.atomic():
            grant(
                wallet_id=wallet_id,
                amount_cp=20,
                source=name,
                paid=True,
                starts_at=starts,
                expires_at=ends,
                key=name,
                now=now,
            )
    kling = kling_of(anna)
    kling.create(IMAGES, prompt="a fox", n=9)
    packs = kling.costs(at - 2 * 86_400_000, at + 2 * 86_400_000)
    told = [(pack["resource_pack_name"], pack["status"]) for pack in packs]
    assert told == [
        ("soon", "toBeOnline"),
        ("ever", "online"),
        ("daily", "online"),
        ("daily", "expired"),
    ]
    soon, ever, today, yesterday = packs
    assert (today["total_quantity"], today["remaining_quantity"]) == (66.0, 64.2)
    assert (soon["remaining_quantity"], yesterday["remaining_quantity"]) == (0.2, 0.0)
    assert today["resource_pack_type"] == "constant_period"
    assert ever["resource_pack_type"] == "decreasing_total"
    # Of the whole day, whenever it was claimed.
    assert today["effective_time"] < today["purchase_time"] == at < today["invalid_time"]
    assert soon["purchase_time"] == at == soon["effective_time"] - 86_400_000


def test_packs_of_a_name_and_of_a_time(anna: User, kling_of: KlingOf) -> None:
    now = timezone.now()
    daily_points.claim(user=anna, now=now)
    asked: list[tuple[int, int, dict[str, str]]] = [
        (0, 2**42, {"resource_pack_name": "daily"}),
        (0, 2**42, {"resource_pack_name": "topup"}),
        (0, 1, {}),
    ]
    found = []
    for start, end, more in asked:
        cache.delete(f"kling-costs:{anna.pk}")
        found.append(len(kling_of(anna).costs(start, end, **more)))
    assert found == [1, 0, 0]


def test_a_pack_that_is_used_up(anna: User, kling_of: KlingOf) -> None:
    now = timezone.now()
    kling = kling_of(anna)
    give_points(
        user=anna, amount_cp=20, source="adjustment", days=30, reason="test", key="k", now=now
    )
    kling.create(IMAGES, prompt="a fox")
    [pack] = kling.costs(0, 2**42)
    assert (pack["status"], pack["remaining_quantity"]) == ("runOut", 0.0)
