"""What a job works from is its owner's, is there, and opens with the plan."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.errors import NotForSale, PerkNeeded
from billing.selectors.wallets import overview
from billing.services import daily_points
from billing.services.gifts import give_membership
from config.engine import child_engine
from generation.errors import PictureTooSmall
from generation.model_registry import Registry
from generation.models import Artifact, Job, Upload
from generation.services import uploads
from generation.services.quotes import preview_price, quote_job
from generation.worker import Worker
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.uploads import files

FOX = files.encoded(files.gradient())


@pytest.fixture
def member(anna: User, catalogue: None) -> User:
    """Anna on gold."""
    give_membership(user=anna, plan="gold", period="month", reason="test", now=NOON)
    return anna


@pytest.fixture
def clip(member: User, submit: Submit) -> Artifact:
    """A clip of Anna's: the row; nobody looks at its file."""
    submit(member, "video")
    deliver(claimed())
    Artifact.objects.update(mime="video/mp4", seconds=5)
    return Artifact.objects.get()


def kept(user: User) -> Upload:
    return uploads.keep_upload(user=user, data=FOX, field="file", now=NOON)


def test_a_job_keeps_its_picture_for_thirty_days(member: User, submit: Submit) -> None:
    upload = kept(member)
    job = submit(member, "image_to_video", params={"image": str(upload.id)})
    upload.refresh_from_db()
    assert upload.expires_at == NOON + timedelta(days=30)
    assert (job.params, job.parent) == ({"image": str(upload.id)}, None)


def test_a_picture_in_the_request_becomes_an_upload_once(member: User, submit: Submit) -> None:
    params = {"image": base64.b64encode(FOX).decode()}
    first = submit(member, "image_to_video", params=params, key="k")
    assert submit(member, "image_to_video", params=params, key="k") == first
    assert first.params["image"] == str(Upload.objects.get().id)


def test_a_repeat_finds_its_job_after_its_picture_is_gone(member: User, submit: Submit) -> None:
    upload = kept(member)
    params = {"image": str(upload.id)}
    job = submit(member, "image_to_video", params=params, key="k")
    uploads.delete_upload(user=member, upload_id=upload.id, now=NOON)
    assert submit(member, "image_to_video", params=params, key="k") == job


def test_anothers_and_unknown_pictures_are_one_refusal(
    member: User, bert: User, submit: Submit
) -> None:
    told = set()
    for name in (kept(bert).id, uuid4()):
        with pytest.raises(InvalidRequest) as refused:
            submit(member, "image_to_video", params={"image": str(name)})
        told.add((refused.value.message, tuple(refused.value.fields.items())))
    assert len(told) == 1
    assert [field for _message, fields in told for field, _fault in fields] == ["params.image"]


def test_a_picture_whose_time_is_over_is_no_picture(member: User, submit: Submit) -> None:
    upload = kept(member)
    with pytest.raises(InvalidRequest):
        submit(
            member,
            "image_to_video",
            params={"image": str(upload.id)},
            now=NOON + timedelta(hours=24),
        )


def test_a_bad_picture_names_its_field_in_job_and_quote(member: User, submit: Submit) -> None:
    params = {"image": base64.b64encode(files.encoded(files.gradient(9, 9))).decode()}
    with pytest.raises(PictureTooSmall) as refused:
        submit(member, "image_to_video", params=params)
    assert list(refused.value.fields) == ["params.image"]
    with pytest.raises(PictureTooSmall):
        quote_job(user=member, kind="image_to_video", params=params, now=NOON)
    assert not Job.objects.exists()
    assert not Upload.objects.exists()


def test_only_ones_own_clips_are_continued(
    clip: Artifact, bert: User, member: User, submit: Submit
) -> None:
    daily_points.claim(user=bert, now=NOON)
    give_membership(user=bert, plan="gold", period="month", reason="test", now=NOON)
    for name in (clip.id, uuid4()):
        with pytest.raises(InvalidRequest) as refused:
            submit(bert, "extension", params={"video": str(name)})
        assert list(refused.value.fields) == ["params.video"]
    submit(member, "image")
    deliver(claimed())
    picture = Artifact.objects.get(mime="image/png")
    with pytest.raises(InvalidRequest):
        submit(member, "extension", params={"video": str(picture.id)})
    job = submit(member, "extension", params={"video": str(clip.id)})
    assert job.parent == clip
    assert job.brand_mark == clip.brand_mark


def test_a_deleted_source_fails_the_job_uncharged(
    clip: Artifact, member: User, submit: Submit
) -> None:
    before = overview(user=member, now=NOON).available_cp
    upload = kept(member)
    animated = submit(member, "image_to_video", params={"image": str(upload.id)})
    uploads.delete_upload(user=member, upload_id=upload.id, now=NOON)
    job = claimed()
    Worker(child_engine(), name="test").run([job])
    animated.refresh_from_db()
    assert (animated.state, animated.failure_code) == ("failed", "INPUT.GONE")

    continued = submit(member, "extension", params={"video": str(clip.id)})
    clip.delete()
    job = claimed()
    Worker(child_engine(), name="test").run([job])
    continued.refresh_from_db()
    assert (continued.state, continued.failure_code) == ("failed", "INPUT.GONE")
    assert continued.captured_cp == 0
    assert overview(user=member, now=NOON).available_cp == before


@pytest.mark.parametrize(
    ("kind", "params", "perk", "field", "opener", "month"),
    [
        ("extension", {"video": str(uuid4())}, "extension", "kind", "gold", 66_00),
        (
            "video",
            {"prompt": "x", "camera": {"zoom": 3}},
            "camera",
            "params.camera",
            "platinum",
            266_00,
        ),
        (
            "video",
            {"prompt": "x", "quality": "high"},
            "high_quality",
            "params.quality",
            "gold",
            66_00,
        ),
        ("image", {"prompt": "x", "lane": "relaxed"}, "relaxed_lane", "params.lane", "gold", 66_00),
    ],
)
def test_what_the_plan_does_not_open(
    rich_anna: User,
    submit: Submit,
    kind: str,
    params: dict[str, object],
    perk: str,
    field: str,
    opener: str,
    month: int,
) -> None:
    for ask in (
        lambda: submit(rich_anna, kind, params=params),
        lambda: quote_job(user=rich_anna, kind=kind, params=params, now=NOON),
    ):
        with pytest.raises(PerkNeeded) as refused:
            ask()
        assert list(refused.value.fields) == [field]
        assert (refused.value.facts["perk"], refused.value.facts["plan"]) == (perk, "free")
        ways: Any = refused.value.facts["ways"]
        [way] = ways
        assert (way["way"], way["plan"], way["amount_minor"]) == ("plan", opener, month)
        assert str(way["text"]) in refused.value.message
    preview = preview_price(user=rich_anna, kind=kind, params=params, now=NOON)
    assert preview.locked is not None
    assert preview.locked.facts["perk"] == perk
    assert overview(user=rich_anna, now=NOON).held_cp == 0


def test_free_points_do_not_buy_the_relaxed_lane(rich_anna: User, submit: Submit) -> None:
    give_membership(user=rich_anna, plan="gold", period="month", reason="test", now=NOON)
    with pytest.raises(PerkNeeded, match="you bought"):
        submit(rich_anna, params={"prompt": "x", "lane": "relaxed"})
    assert overview(user=rich_anna, now=NOON).held_cp == 0


def test_what_no_model_can_make_is_not_for_sale(
    member: User, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    words_only = [
        replace(model, serves=("image", "video"), prefix_frames=0)
        for model in settings.MODEL_REGISTRY.models
    ]
    monkeypatch.setattr(settings, "MODEL_REGISTRY", Registry(tuple(words_only)))
    with pytest.raises(NotForSale):
        submit(member, "image_to_video", params={"image": str(kept(member).id)})
    assert submit(member, "video").state == "queued"
