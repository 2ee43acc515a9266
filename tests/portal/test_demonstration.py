"""The demonstration model is named where it makes something, and says what it does not know."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from generation.demo_model.words import CAMERA, COLOURS, PLACES, SHAPES
from generation.known_models import of_two
from generation.models import Job
from generation.portal.demonstration import EXAMPLES
from tests.jobs_by_hand import claimed, deliver
from tests.portal.pages import faults_of, page_of

STRANGE = "has never seen: zebra, 湖边."


def typed(client: Client, prompt: str, kind: str = "image") -> str:
    answer = client.post("/create/notice/", {"prompt": prompt, "kind": kind})
    assert answer.status_code == 200
    assert faults_of(answer.content.decode()) == []
    return page_of(answer).text


def test_create_names_the_model_and_leads_to_its_card(annas: Client) -> None:
    page = annas.get("/create/")
    assert "demonstration model" in page_of(page).text
    assert 'href="/models/demonstration/"' in page.content.decode()


def test_unknown_words_are_told_while_the_prompt_is_typed(annas: Client) -> None:
    assert STRANGE in typed(annas, "a red Zebra on a blue background, 湖边 zebra")
    for prompt in ("", *EXAMPLES):
        told = typed(annas, prompt)
        assert "demonstration model" in told
        assert "never seen" not in told


def test_a_refused_form_still_tells_them(annas: Client) -> None:
    page = annas.post("/create/", {"kind": "image", "shown_kind": "video", "prompt": "a zebra"})
    assert page.status_code == 422
    assert "has never seen: zebra." in page_of(page).text


def test_an_operators_own_model_brings_neither(annas: Client, settings: Any) -> None:
    demo = str(settings.DEMO_CHECKPOINT)
    settings.MODEL_REGISTRY = of_two(demo, None, "/models/of/the/operator", None, demo=demo)
    assert typed(annas, "a zebra", kind="video") == ""
    assert "never seen: zebra." in typed(annas, "a zebra", kind="image")


def test_the_page_of_a_job_tells_them_and_what_made_it(annas: Client) -> None:
    page = page_of(annas.get("/create/"))
    sent = {
        "kind": "image",
        "shown_kind": "image",
        "prompt": "a zebra on a blue background",
        "idempotency_key": page.field("idempotency_key"),
    }
    address = annas.post("/create/", sent)["Location"]
    assert "has never seen: zebra." in page_of(annas.get(address)).text
    job = Job.objects.get()
    deliver(claimed(job.created_at), job.created_at)
    text = page_of(annas.get(address)).text
    assert "Made by the demonstration model" in text
    assert "has never seen: zebra." in text
    # It is what made the job that counts, not what is configured now.
    Job.objects.update(engine={"model": "some-org/some-model"})
    text = page_of(annas.get(address)).text
    assert "demonstration model" not in text


def test_the_card_lists_every_word_to_everyone(client: Client, db: None) -> None:
    page = client.get("/models/demonstration/")
    text = page_of(page).text
    assert faults_of(page.content.decode()) == []
    for word in (*SHAPES, *COLOURS, *PLACES, *CAMERA, *EXAMPLES):
        assert word in text


@pytest.mark.parametrize("method", ["get", "put"])
def test_the_notice_takes_posts_only(annas: Client, method: str) -> None:
    assert getattr(annas, method)("/create/notice/").status_code == 405
