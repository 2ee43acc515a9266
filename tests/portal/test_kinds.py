"""The create page of every kind, by a browser without scripts, and what a plan keeps locked."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from billing.services.gifts import give_membership
from generation.models import Artifact, Job, Upload
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.conftest import Visitor
from tests.portal.pages import Page, faults_of, page_of
from tests.uploads import files

FOX = files.encoded(files.gradient())


@pytest.fixture
def member(anna: User, catalogue: None) -> User:
    """Anna on platinum."""
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=NOON)
    return anna


@pytest.fixture
def members(member: User, as_user: Visitor) -> Client:
    """Her browser."""
    return as_user(member)


@pytest.fixture
def clip(member: User, submit: Submit) -> Artifact:
    """A clip of hers: the row; nobody looks at its file."""
    submit(member, "video", params={"prompt": "waves"})
    deliver(claimed())
    Artifact.objects.update(mime="video/mp4", seconds=5)
    return Artifact.objects.get()


def sent(page: Page, **changes: Any) -> dict[str, Any]:
    """What a browser would send of this page, with these choices."""
    kept = {name: page.field(name) for name in ("idempotency_key", "shown_kind", "shown_cp")}
    return {**kept, "kind": kept["shown_kind"], "prompt": "a fox", **changes}


def picture(data: bytes = FOX) -> SimpleUploadedFile:
    return SimpleUploadedFile("fox.png", data, "image/png")


@pytest.mark.parametrize("kind", ["image", "video", "image_to_video", "extension"])
def test_each_kind_has_a_page(members: Client, kind: str) -> None:
    html = members.get("/create/", {"kind": kind}).text
    assert faults_of(html) == []
    part = members.get("/create/options/", {"kind": kind}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert 'hx-swap-oob="true"' in part.text


def test_a_clip_with_everything_that_can_be_said(members: Client) -> None:
    said = {
        "duration": "10",
        "quality": "high",
        "aspect_ratio": "9:16",
        "guidance": "4.5",
        "camera_zoom": "-3",
        "camera_pan": "0",
        "negative_prompt": "people",
    }
    page = page_of(members.get("/create/price/", {"kind": "video", **said}))
    assert "Generate · 70.00 points" in page.text
    begun = page_of(members.get("/create/", {"kind": "video"}))
    shown = page.field("shown_cp")
    answer = members.post("/create/", sent(begun, **said, shown_cp=shown))
    assert answer.status_code == 302
    job = Job.objects.get()
    assert job.cost_cp == 7000 == int(shown)
    assert job.params == {
        "prompt": "a fox",
        "negative_prompt": "people",
        "duration": 10,
        "quality": "high",
        "aspect_ratio": "9:16",
        "guidance": 4.5,
        "camera": {"zoom": -3},
    }


def test_without_scripts_a_dearer_choice_is_shown_before_it_is_paid(members: Client) -> None:
    begun = page_of(members.get("/create/", {"kind": "video"}))
    dearer = sent(begun, duration="10", camera_move="forward_up")
    answer = members.post("/create/", dearer)
    assert answer.status_code == 422
    page = page_of(answer)
    assert "The price has changed to 20.00 points." in page.text
    assert not Job.objects.exists()
    assert members.post("/create/", {**dearer, **sent(page), "duration": "10"}).status_code == 302
    assert Job.objects.get().params["camera"] == {"move": "forward_up"}


def test_a_look_makes_nothing(members: Client) -> None:
    begun = page_of(members.get("/create/"))
    answer = members.post("/create/", sent(begun, kind="video", duration="10", look="1"))
    assert answer.status_code == 200
    assert "Generate · 20.00 points" in page_of(answer).text
    assert "a fox" in answer.text
    assert not Job.objects.exists()


def test_a_picture_is_sent_with_the_form(members: Client) -> None:
    begun = page_of(members.get("/create/", {"kind": "image_to_video"}))
    refused = members.post("/create/", sent(begun, image_file=picture(), seed="many"))
    assert refused.status_code == 422
    upload = Upload.objects.get()
    page = page_of(refused)
    # It need not be chosen again.
    assert page.field("image") == str(upload.id)
    assert members.get(f"/pictures/{upload.id}/").status_code == 200
    answer = members.post("/create/", sent(page, image=page.field("image"), prompt=""))
    assert answer.status_code == 302
    assert Job.objects.get().params == {"image": str(upload.id)}


def test_a_picture_is_sent_as_soon_as_it_is_chosen(members: Client, bert: User) -> None:
    part = members.post("/create/pictures/image/", {"image_file": picture()})
    upload = Upload.objects.get()
    assert page_of(part).field("image") == str(upload.id)
    bad = members.post("/create/pictures/image_tail/", {"image_tail_file": picture(b"no")})
    assert "This is not a JPEG, PNG or WebP picture." in bad.text
    assert members.post("/create/pictures/other/").status_code == 404
    stranger = Client()
    stranger.force_login(bert)
    assert stranger.get(f"/pictures/{upload.id}/").status_code == 404
    assert Client().get(f"/pictures/{upload.id}/").status_code == 302


def test_a_form_larger_than_any_is_refused_before_it_is_stored(members: Client) -> None:
    begun = page_of(members.get("/create/", {"kind": "image_to_video"}))
    huge = SimpleUploadedFile("fox.png", bytes(22_000_000), "image/png")
    assert members.post("/create/", sent(begun, image_file=huge)).status_code == 400


def test_what_is_needed_is_asked_for(members: Client) -> None:
    for kind, words in (
        ("image_to_video", "Choose the picture it begins with."),
        ("extension", "Choose the clip that goes on."),
        ("video", "Say what the picture or video should show."),
    ):
        begun = page_of(members.get("/create/", {"kind": kind}))
        answer = members.post("/create/", sent(begun, prompt=""))
        assert answer.status_code == 422
        assert words in answer.text
    assert not Job.objects.exists()


def test_a_picture_is_animated_and_a_clip_extended_from_their_pages(
    members: Client, member: User, clip: Artifact, submit: Submit
) -> None:
    page = members.get(f"/jobs/{clip.job_id}/").text
    assert f"/create/?kind=extension&amp;video={clip.id}" in page
    begun = members.get("/create/", {"kind": "extension", "video": str(clip.id)})
    assert f'value="{clip.id}" checked' in begun.text
    answer = members.post("/create/", sent(page_of(begun), video=str(clip.id), prompt=""))
    longer = Job.objects.get(kind="extension")
    assert answer["Location"] == f"/jobs/{longer.id}/"
    assert longer.parent == clip
    assert f'href="/jobs/{clip.job_id}/"' in members.get(f"/jobs/{longer.id}/").text
    assert f'href="/jobs/{longer.id}/"' in members.get(f"/jobs/{clip.job_id}/").text
    claimed()

    submit(member, "image")
    deliver(claimed())
    made = Artifact.objects.get(mime="image/png")
    page = members.get(f"/jobs/{made.job_id}/").text
    assert f"/create/?kind=image_to_video&amp;image={made.id}" in page
    animate = page_of(members.get("/create/", {"kind": "image_to_video", "image": str(made.id)}))
    assert animate.field("image") == str(made.id)


def test_what_the_plan_does_not_open_says_who_opens_it(annas: Client) -> None:
    video = page_of(annas.get("/create/", {"kind": "video"})).text
    assert "High quality: Gold opens it, from ¥66 a month." in video
    assert "Platinum opens it, from ¥266 a month." in video
    for chosen, words in (
        ({"kind": "video", "quality": "high"}, "Your plan does not make high quality."),
        ({"kind": "video", "camera_roll": "2"}, "Your plan does not move the camera."),
        ({"kind": "extension"}, "Your plan does not continue clips."),
        ({"kind": "image", "lane": "relaxed"}, "The relaxed lane is for members."),
    ):
        page = page_of(annas.get("/create/price/", chosen))
        assert words in page.text
        assert "Generate" not in page.text
    begun = page_of(annas.get("/create/", {"kind": "video"}))
    answer = annas.post("/create/", sent(begun, quality="high", shown_cp="3500"))
    assert answer.status_code == 422
    assert "Gold opens it, from ¥66 a month." in page_of(answer).text
    assert not Job.objects.exists()


def test_again_repeats_everything(members: Client) -> None:
    begun = page_of(members.get("/create/", {"kind": "video"}))
    members.post("/create/", sent(begun, camera_move="down_back", aspect_ratio="1:1", seed="5"))
    job = Job.objects.get()
    again = page_of(members.get("/create/", {"again": str(job.id)}))
    kept = {"camera_move": "down_back", "aspect_ratio": "1:1", "seed": "5"}
    members.post("/create/", sent(again, **kept))
    twin = Job.objects.exclude(id=job.id).get()
    assert (twin.params, twin.seed) == (job.params, job.seed)
