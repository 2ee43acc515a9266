"""The create page: the price before the click, one job per click, refusals that help."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.models import PriceLine, PriceList
from generation.models import Job
from tests.jobs_by_hand import Submit, claimed, deliver
from tests.portal.conftest import Visitor
from tests.portal.pages import Page, faults_of, page_of

DRAIN_VIDEOS = 6  # 66 points are six videos and thirty pictures


def form(page: Page, **changes: str) -> dict[str, str]:
    """What a browser would send."""
    return {
        "kind": "image",
        "shown_kind": changes.get("kind", "image"),
        "prompt": "a fox in the snow",
        "negative_prompt": "",
        "seed": "",
        "idempotency_key": page.field("idempotency_key"),
        **changes,
    }


def submit_form(client: Client, **changes: str) -> Any:
    return client.post("/create/", form(page_of(client.get("/create/")), **changes))


def test_the_button_carries_the_price(annas: Client) -> None:
    text = page_of(annas.get("/create/")).text
    assert "Generate · 0.20 points" in text
    assert "65.80 left" in text
    assert "0.20 of Daily points" in text
    assert "carries our brand mark" in text


def test_the_price_of_a_video(annas: Client) -> None:
    text = page_of(annas.get("/create/", {"kind": "video"})).text
    assert "Generate · 10.00 points" in text
    assert "56.00 left" in text


def test_the_price_block_follows_the_switch(annas: Client) -> None:
    response = annas.get("/create/price/", {"kind": "video"}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "Generate · 10.00 points" in page_of(response).text
    assert "<html" not in html
    assert faults_of(html) == []


def test_an_unknown_kind_is_a_picture(annas: Client) -> None:
    assert "0.20" in page_of(annas.get("/create/price/", {"kind": "opera"})).text
    assert annas.get("/create/", {"kind": "opera"}).status_code == 200


def test_a_click_makes_a_job(annas: Client, rich_anna: User) -> None:
    response = submit_form(annas, negative_prompt="text", seed="7")
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.id}/"
    assert (job.kind, job.seed, job.cost_cp) == ("image", 7, 20)
    assert job.params["prompt"] == "a fox in the snow"
    assert job.params["negative_prompt"] == "text"


def test_a_double_click_makes_one_job(annas: Client) -> None:
    sent = form(page_of(annas.get("/create/")))
    first, second = annas.post("/create/", sent), annas.post("/create/", sent)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_the_same_form_with_other_words_is_refused_once(annas: Client) -> None:
    sent = form(page_of(annas.get("/create/")))
    annas.post("/create/", sent)
    response = annas.post("/create/", {**sent, "prompt": "a hare"})
    assert response.status_code == 422
    assert page_of(response).field("idempotency_key") != sent["idempotency_key"]


def test_nobody_pays_a_price_that_was_not_on_the_button(annas: Client) -> None:
    """Without scripts the switch cannot change the price; the first press only shows it."""
    response = submit_form(annas, kind="video", shown_kind="image")
    page = page_of(response)
    assert response.status_code == 422
    assert "The price has followed your choice." in page.text
    assert "Generate · 10.00 points" in page.text
    assert "a fox in the snow" in page.text
    assert not Job.objects.exists()
    sent = form(page, kind="video", shown_kind=page.field("shown_kind"))
    assert annas.post("/create/", sent).status_code == 302


def test_a_price_list_that_starts_meanwhile_is_shown_before_it_is_paid(annas: Client) -> None:
    page = page_of(annas.get("/create/"))
    dearer = PriceList.objects.create(version=3, starts_at=timezone.now())
    for line in PriceLine.objects.filter(price_list_id=2):
        line.pk, line.price_list, line.unit_cp = None, dearer, line.unit_cp + 5
        line.save()
    dearer.published_at = timezone.now()
    dearer.save()
    response = annas.post("/create/", form(page, shown_cp=page.field("shown_cp")))
    assert response.status_code == 422
    assert "The price has changed to 0.25 points." in page_of(response).text
    assert "Generate · 0.25 points" in page_of(response).text
    assert not Job.objects.exists()
    sent = form(page_of(response), shown_cp=page_of(response).field("shown_cp"))
    assert annas.post("/create/", sent).status_code == 302
    assert Job.objects.get().cost_cp == 25


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 2501], ids=["empty", "blank", "long"])
def test_a_prompt_is_needed(annas: Client, prompt: str) -> None:
    response = submit_form(annas, prompt=prompt)
    assert response.status_code == 422
    assert 'id="id_prompt_error"' in response.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("seed", ["-1", "4294967296", "seven"])
def test_a_seed_out_of_range_is_said_beside_it(annas: Client, seed: str) -> None:
    response = submit_form(annas, seed=seed)
    page = page_of(response)
    assert response.status_code == 422
    assert page.all("div", id="id_seed_error")
    assert page.field("seed") == seed
    assert "a fox in the snow" in page.text


def test_a_nul_is_refused_and_not_an_error(annas: Client) -> None:
    assert submit_form(annas, prompt="a\x00b").status_code == 422


def test_too_few_points_says_what_is_missing_and_the_cheapest_way_on(
    annas: Client, rich_anna: User, submit: Submit, drained: None
) -> None:
    text = page_of(annas.get("/create/", {"kind": "video"})).text
    assert "4.00 points are missing" in text
    assert "It costs 10.00, you have 6.00." in text
    assert text.index("Make a picture instead, for 0.20 points.") < text.index("Claim the next")
    assert "Generate" not in text

    response = submit_form(annas, kind="video")
    assert response.status_code == 422
    page = page_of(response)
    assert "4.00 points are missing" in page.text
    assert "a fox in the snow" in page.text
    assert page.all("a", href="/create/?kind=image")
    assert Job.objects.filter(state="queued").count() == 0


@pytest.fixture
def drained(rich_anna: User, submit: Submit) -> None:
    """Anna has made six videos: 6 points are left."""
    for _ in range(DRAIN_VIDEOS):
        job = submit(rich_anna, "video")
        deliver_all(job)


def deliver_all(job: Job) -> None:
    """Bring the one queued job to its end."""
    from_worker = claimed()
    assert from_worker.id == job.id
    deliver(from_worker)


def test_an_empty_wallet_is_offered_the_claim(
    anna: User, catalogue: None, as_user: Visitor
) -> None:
    client = as_user(anna)
    page = page_of(client.get("/create/"))
    assert "0.20 points are missing" in page.text
    assert "Claim today's 66.00 points, free." in page.text
    assert page.all("button", formaction="/wallet/claim/")


def test_one_job_at_a_time_on_the_free_plan(annas: Client, rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    response = submit_form(annas)
    assert response.status_code == 422
    assert "at a time" in page_of(response).text
    assert Job.objects.count() == 1


def test_again_fills_the_form_like_the_job(annas: Client, rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna, params={"prompt": "a heron", "negative_prompt": "people", "seed": 42})
    page = page_of(annas.get("/create/", {"again": str(job.id)}))
    assert "a heron" in page.text
    assert page.field("seed") == "42"
    assert page.field("negative_prompt") == "people"
    assert page.all("details", open="")


@pytest.mark.parametrize("name", ["", "nonsense", "00000000-0000-0000-0000-000000000001"])
def test_again_like_no_job_is_not_found(annas: Client, name: str) -> None:
    assert annas.get("/create/", {"again": name}).status_code == 404


def test_without_a_price_list_nothing_is_sold(anna: User, as_user: Visitor) -> None:
    response = as_user(anna).get("/create/")
    assert response.status_code == 200
    assert "There is no price for this now" in page_of(response).text


def test_queries_do_not_grow_with_the_jobs(
    annas: Client, rich_anna: User, submit: Submit, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        deliver_all(submit(rich_anna))
    with django_assert_max_num_queries(CREATE_QUERIES):
        annas.get("/create/")


# Session, user, wallet, price list, lots, plan, recent jobs and their artifacts, the shell.
CREATE_QUERIES = 30


def test_the_price_follows_the_number_of_pieces(annas: Client) -> None:
    block = page_of(annas.get("/create/price/", {"kind": "image", "n": "9"}))
    assert "Generate · 1.80 points" in block.text
    assert block.all("option", value="9", selected="")
    video = page_of(annas.get("/create/price/", {"kind": "video", "n": "9"}))
    assert "Generate · 10.00 points" in video.text
    assert not video.all("select", name="n")
    assert "0.20 points" in page_of(annas.get("/create/price/", {"n": "many"})).text


def test_nine_pieces_are_one_job(annas: Client) -> None:
    submit_form(annas, n="9", shown_cp="180")
    job = Job.objects.get()
    assert (job.pieces, job.cost_cp) == (9, 180)
    again = page_of(annas.get("/create/", {"again": str(job.id)}))
    assert "Generate · 1.80 points" in again.text


def test_a_number_changed_without_scripts_is_priced_first(annas: Client) -> None:
    refused = submit_form(annas, n="4", shown_cp="20")
    assert refused.status_code == 422
    assert "The price has changed to 0.80 points" in page_of(refused).text
    assert not Job.objects.exists()
