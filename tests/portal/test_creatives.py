"""The page of creatives, and a campaign's report with the import of counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from generation.models import Campaign, Job, PieceResult, Upload
from tests.jobs_by_hand import claimed, deliver
from tests.portal.pages import faults_of, page_of
from tests.uploads import files

PRODUCT = files.encoded(files.gradient(400, 400))


def product(data: bytes = PRODUCT) -> SimpleUploadedFile:
    return SimpleUploadedFile("product.png", data, "image/png")


def send(client: Client, **changes: Any) -> Any:
    pieces = changes.get("n", "10")
    page = page_of(client.get("/creatives/price/", {"n": pieces}))
    shown = page.all("input", name="shown_cp")
    form = {
        "idempotency_key": "form:1",
        "shown_for": pieces,
        "shown_cp": shown[0]["value"] if shown else "",
        "n": pieces,
        "prompt": "green tea",
        "lines": "",
        "aspect_ratio": "",
        "campaign": "",
        **changes,
    }
    return client.post("/creatives/", form)


@pytest.fixture
def spring(annas: Client) -> Campaign:
    """Anna's campaign."""
    annas.post("/campaigns/", {"name": "Spring", "target": "0.47"})
    return Campaign.objects.get()


@pytest.fixture
def report(annas: Client, spring: Campaign) -> str:
    """Where its report is, with three pieces."""
    send(annas, n="3", campaign=str(spring.pk))
    deliver(claimed(), pieces=range(3))
    return f"/campaigns/{spring.pk}/"


def test_the_page_says_what_ten_pieces_cost(annas: Client) -> None:
    response = annas.get("/creatives/")
    page = page_of(response)
    assert "Generate · 47.00 points" in page.text
    assert "19.00 left" in page.text
    assert faults_of(response.content.decode()) == []


@pytest.mark.parametrize(
    ("pieces", "said"),
    [("1", "· 4.70 points"), ("100", "404.00 points are missing"), ("x", "· 47.00"), ("0", "47")],
)
def test_the_price_follows_the_number(annas: Client, pieces: str, said: str) -> None:
    response = annas.get("/creatives/price/", {"n": pieces})
    assert said in page_of(response).text
    assert "<html" not in response.content.decode()


def test_a_product_words_and_lines_make_a_job(annas: Client, spring: Campaign) -> None:
    response = send(
        annas,
        image=product(),
        lines="Fresh today\n\n  新品上市 ",
        aspect_ratio="9:16",
        campaign=str(spring.pk),
    )
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.id}/"
    assert job.params == {
        "image": str(Upload.objects.get().id),
        "prompt": "green tea",
        "lines": ["Fresh today", "新品上市"],
        "n": 10,
        "aspect_ratio": "9:16",
        "campaign": str(spring.pk),
    }
    assert (job.pieces, job.cost_cp, job.campaign) == (10, 47_00, spring)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt": ""}, "Say what it is, or choose a picture."),
        ({"n": "101", "shown_for": "101"}, "less than or equal to 100"),
        ({"shown_for": "9"}, "The price has followed your choice"),
        ({"lines": "x" * 41}, "At most 10 lines of 40 letters."),
        ({"lines": "x\n" * 11}, "At most 10 lines of 40 letters."),
        ({"image": product(files.bomb())}, "more than 50 million pixels"),
        ({"campaign": "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"}, "Select a valid choice"),
        ({"n": "50", "shown_for": "50"}, "169.00 points are missing"),
    ],
)
def test_what_is_wrong_is_said(annas: Client, changes: dict[str, Any], said: str) -> None:
    response = send(annas, **changes)
    assert response.status_code == 422
    assert said in page_of(response).text
    assert not Job.objects.exists()


def test_anothers_campaign_cannot_be_chosen(annas: Client, stranger: Client) -> None:
    stranger.post("/campaigns/", {"name": "Theirs", "target": "1"})
    theirs = Campaign.objects.get()
    assert "Theirs" not in page_of(annas.get("/creatives/")).text
    assert send(annas, campaign=str(theirs.pk)).status_code == 422
    assert annas.get(f"/campaigns/{theirs.pk}/").status_code == 404
    assert annas.post(f"/campaigns/{theirs.pk}/results/", {}).status_code == 404
    assert annas.get(f"/campaigns/{theirs.pk}/report.csv").status_code == 404


@pytest.mark.parametrize(
    ("target", "minor"), [("0.47", 47), ("0,5", 50), ("3", 300), ("47", 4700), ("0.04", 4)]
)
def test_a_target_is_read_to_the_fen(annas: Client, target: str, minor: int) -> None:
    response = annas.post("/campaigns/", {"name": "Spring", "target": target})
    assert response["Location"] == f"/campaigns/{Campaign.objects.get().pk}/"
    assert Campaign.objects.get().target_minor == minor


@pytest.mark.parametrize("target", ["", "0", "0.001", "-1", "1e3", "nan", "¥1", "1" * 12])
def test_a_target_that_is_none_is_refused(annas: Client, target: str) -> None:
    assert annas.post("/campaigns/", {"name": "Spring", "target": target}).status_code == 422
    assert not Campaign.objects.exists()


def test_one_name_has_one_target(annas: Client, spring: Campaign) -> None:
    response = annas.post("/campaigns/", {"name": "Spring", "target": "0.50"})
    assert response.status_code == 422
    assert "another target" in page_of(response).text
    assert Campaign.objects.get() == spring


def test_the_report_of_a_campaign(annas: Client, report: str) -> None:
    response = annas.get(report)
    page = page_of(response)
    assert "target ¥0.47" in page.text
    assert "4.70 points each" in page.text
    assert "14.10 points were free and count as nothing." in page.text
    assert len(page.all("tr")) == 4
    assert faults_of(response.content.decode()) == []
    assert "3 pieces · target ¥0.47" in page_of(annas.get("/creatives/")).text


def counts(*lines: str) -> SimpleUploadedFile:
    text = "\n".join(["artifact,impressions,clicks", *lines])
    return SimpleUploadedFile("counts.csv", text.encode(), "text/csv")


def test_counts_are_imported_and_the_best_comes_first(annas: Client, report: str) -> None:
    one, two, three = Job.objects.get().artifacts.order_by("index")
    file = counts(f"{one.pk},1000,10", f"{two.pk},1000,25", f"{three.pk},0,0")
    response = annas.post(f"{report}results/", {"file": file}, follow=True)
    text = page_of(response).text
    assert "3 rows: 3 new, 0 changed, 0 as they were." in text
    assert "2.50 %" in text
    assert "1.75 %" in text
    assert text.index(str(two.pk)) < text.index(str(one.pk)) < text.index(str(three.pk))
    again = counts(f"{one.pk},1000,10", f"{two.pk},1000,25", f"{three.pk},0,0")
    response = annas.post(f"{report}results/", {"file": again}, follow=True)
    assert "0 new, 0 changed, 3 as they were." in page_of(response).text


def test_a_wrong_line_is_named_and_nothing_is_kept(annas: Client, report: str) -> None:
    piece = Job.objects.get().artifacts.first()
    assert piece is not None
    file = counts(f"{piece.pk},10,1", "x,1,1")
    response = annas.post(f"{report}results/", {"file": file})
    assert response.status_code == 422
    text = page_of(response).text
    assert "Nothing was imported." in text
    assert "Line 3 : artifact is not the id of a piece" in text
    assert not PieceResult.objects.exists()
    assert annas.post(f"{report}results/", {}).status_code == 422


def test_the_table_to_save(annas: Client, report: str) -> None:
    response = annas.get(f"{report}report.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode().count("\r\n") == 4
