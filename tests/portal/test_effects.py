"""The gallery of effects and the form of one: pictures kept, price shown, consent asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from generation.effects import CONSENT_TEXT
from generation.effects_launch import EFFECTS
from generation.models import EffectTemplate, Job, Upload
from tests.portal.pages import faults_of, page_of
from tests.uploads import files

PATH = "/effects/old-photo-alive/"
PRESET = "They breathe, blink, look at the viewer and smile gently."
PHOTO = files.encoded(files.gradient(400, 300))


def photo(data: bytes = PHOTO) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", data, "image/png")


def send(client: Client, path: str = PATH, **changes: Any) -> Any:
    page = page_of(client.get(path))
    form = {
        "idempotency_key": page.field("idempotency_key"),
        "shown_for": page.field("shown_for"),
        "shown_cp": page.field("shown_cp"),
        "duration": "5",
        "quality": "standard",
        "prompt": PRESET,
        "consent": "on",
        **changes,
    }
    return client.post(path, {name: value for name, value in form.items() if value is not None})


def test_every_effect_is_on_the_page_for_everyone(visitor: Client) -> None:
    response = visitor.get("/effects/")
    page = page_of(response)
    assert [effect.name["en"] in page.text for effect in EFFECTS] == [True] * len(EFFECTS)
    assert "5 s · 10.00 points" in page.text
    assert faults_of(response.content.decode()) == []


def test_a_switched_off_effect_is_gone_from_the_page(visitor: Client, annas: Client) -> None:
    EffectTemplate.objects.filter(code="fly-over").update(enabled=False)
    assert "Fly over it" not in page_of(visitor.get("/effects/")).text
    assert "switched off for now" in page_of(annas.get("/effects/fly-over/")).text
    assert annas.get("/effects/no-such-effect/").status_code == 404


def test_the_page_is_chinese_where_chinese_is_read(annas: Client) -> None:
    chinese = {"accept-language": "zh-Hans"}
    text = page_of(annas.get("/effects/", headers=chinese)).text
    assert "老照片动起来" in text
    assert "Effects" not in text
    page = page_of(annas.get(PATH, headers=chinese))
    assert CONSENT_TEXT["zh-hans"] in page.text
    assert "照片里的人呼吸、眨眼" in page.text


def test_the_form_says_what_it_costs_and_asks_for_consent(annas: Client) -> None:
    response = annas.get(PATH)
    page = page_of(response)
    assert "Generate · 10.00 points" in page.text
    assert CONSENT_TEXT["en"] in page.text
    assert page.all("input", name="photo")[0]["accept"] == "image/jpeg,image/png,image/webp"
    assert faults_of(response.content.decode()) == []


def test_a_photo_and_a_tick_make_a_job(annas: Client) -> None:
    response = send(annas, photo=photo())
    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/jobs/{job.id}/")
    assert job.params == {
        "template": "old-photo-alive",
        "inputs": {"photo": str(Upload.objects.get().id)},
        "consent": True,
    }
    assert job.consent_version == "1"
    page = page_of(annas.get(f"/jobs/{job.id}/"))
    assert "Old photo to life" in page.text


def test_edited_words_are_sent_and_preset_ones_left_to_the_effect(annas: Client) -> None:
    send(annas, photo=photo(), prompt="She laughs out loud")
    assert Job.objects.get().params["prompt"] == "She laughs out loud"


def test_a_double_click_is_one_job(annas: Client) -> None:
    page = page_of(annas.get(PATH))
    key = page.field("idempotency_key")
    first = send(annas, photo=photo(), idempotency_key=key)
    second = send(annas, photo=photo(), idempotency_key=key)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_without_the_tick_nothing_is_made_and_the_photo_is_kept(annas: Client) -> None:
    response = send(annas, photo=photo(), consent=None)
    page = page_of(response)
    assert response.status_code == 422
    assert "must have agreed" in page.text
    assert "Your picture is here" in page.text
    assert not Job.objects.exists()
    kept = page.field("kept_photo")
    assert kept == str(Upload.objects.get().id)
    send(annas, kept_photo=kept)
    assert Job.objects.get().params["inputs"] == {"photo": kept}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Choose a picture."),
        ({"photo": photo(b"not a picture")}, "This is not a JPEG, PNG or WebP picture."),
        ({"kept_photo": "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"}, "No such upload."),
        ({"photo": photo(), "duration": "7"}, "Select a valid choice"),
        ({"photo": photo(), "duration": "10"}, "The price has followed your choice"),
        ({"photo": photo(), "shown_cp": "1"}, "The price has changed to 10.00 points"),
    ],
)
def test_what_is_wrong_is_said(annas: Client, changes: dict[str, Any], said: str) -> None:
    response = send(annas, **changes)
    assert response.status_code == 422
    assert said in page_of(response).text
    assert not Job.objects.exists()


def test_anothers_picture_is_no_picture(annas: Client, stranger: Client) -> None:
    send(stranger, photo=photo())
    # The stranger has no points, but the picture was kept for the next try.
    response = send(annas, kept_photo=str(Upload.objects.get().id))
    assert response.status_code == 422
    assert "No such upload" in page_of(response).text


def test_the_price_follows_length_and_quality(annas: Client) -> None:
    response = annas.get(f"{PATH}price/", {"duration": "10", "quality": "standard"})
    assert "Generate · 20.00 points" in page_of(response).text
    assert "<html" not in response.content.decode()
    locked = page_of(annas.get(f"{PATH}price/", {"duration": "5", "quality": "high"}))
    assert "Generate" not in locked.text
    assert locked.all("a", href="/plans/")
    odd = annas.get(f"{PATH}price/", {"duration": "x", "quality": "x"})
    assert "Generate · 10.00 points" in page_of(odd).text


def test_two_pictures_have_a_place_each(annas: Client) -> None:
    page = page_of(annas.get("/effects/embrace-across-time/"))
    assert len(page.all("input", type="file")) == 2
    response = send(annas, "/effects/embrace-across-time/", left=photo(), prompt="")
    assert response.status_code == 422
    assert "Choose a picture." in page_of(response).text
    kept = page_of(response).field("kept_left")
    again = send(
        annas,
        "/effects/embrace-across-time/",
        kept_left=kept,
        right=photo(files.encoded(files.gradient(500, 500))),
    )
    assert again.status_code == 302


def test_words_that_cannot_be_changed_have_no_field(annas: Client) -> None:
    page = page_of(annas.get("/effects/fly-over/"))
    assert not page.all("textarea")
    assert "We rise and fly forward" in page.text
    assert "agree to this use" not in page.text


def test_who_is_not_signed_in_is_asked_to(visitor: Client) -> None:
    assert visitor.get(PATH).status_code == 302
    assert visitor.post(PATH, {}).status_code == 302
    assert not Job.objects.exists()
