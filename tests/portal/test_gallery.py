"""The gallery: newest first, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import User
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.pages import Page, faults_of, page_of

PAGE = 24


@pytest.fixture
def pictures(rich_anna: User, submit: Submit) -> list[str]:
    """The ids of 30 delivered jobs, oldest first; two of them at the same instant."""
    ids = []
    for number in range(30):
        job = submit(rich_anna, params={"prompt": f"picture number {number}"})
        deliver(claimed(), now=NOON + timedelta(seconds=number // 2))
        ids.append(str(job.id))
    return ids


def shown(page: Page) -> list[str]:
    links = [link["href"] for link in page.all("a")]
    return [link.split("/")[2] for link in links if link.startswith("/jobs/")]


def test_it_teaches_while_it_is_empty(annas: Client) -> None:
    page = page_of(annas.get("/gallery/"))
    assert "Nothing here yet" in page.text
    assert page.all("a", href="/create/")


def test_every_artifact_once_newest_first(annas: Client, pictures: list[str]) -> None:
    first = page_of(annas.get("/gallery/"))
    older = next(link["href"] for link in first.all("a", rel="next"))
    second = page_of(annas.get("/gallery/", parse_qs(urlsplit(older).query)))
    assert len(shown(first)) == PAGE
    assert sorted(shown(first) + shown(second)) == sorted(pictures)
    assert "picture number 29" in first.text
    assert "picture number 0" in second.text
    assert not second.all("a", rel="next")


def test_the_pages_are_clean(annas: Client, pictures: list[str]) -> None:
    assert faults_of(annas.get("/gallery/").content.decode()) == []


def test_only_ones_own(stranger: Client, pictures: list[str]) -> None:
    assert shown(page_of(stranger.get("/gallery/"))) == []


@pytest.mark.parametrize(
    "cursor", ["", "x", "2026-11-23", "2026-11-23T04:00:00~1", "2026-11-23T04:00:00+00:00~x"]
)
def test_a_cursor_nobody_made(annas: Client, cursor: str) -> None:
    assert annas.get("/gallery/", {"before": cursor}).status_code == 404


def test_few_queries(
    annas: Client, pictures: list[str], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        annas.get("/gallery/")


def test_the_files_of_a_job_can_be_deleted(annas: Client, rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    deliver(claimed())
    page = page_of(annas.get(f"/jobs/{job.id}/"))
    assert "on your plan; download what you want to keep." in page.text
    assert page.all("form", action=f"/jobs/{job.id}/delete/")
    response = annas.post(f"/jobs/{job.id}/delete/", follow=True)
    assert faults_of(response.content.decode()) == []
    page = page_of(response)
    assert "The files are deleted." in page.text
    assert "not charged" not in page.text
    assert not page.all("form", action=f"/jobs/{job.id}/delete/")
    assert "Nothing here yet" in page_of(annas.get("/gallery/")).text
