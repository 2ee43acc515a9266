"""The statement: every line explains itself, older ones are a click away."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from generation.services.jobs import cancel_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.conftest import Visitor
from tests.portal.pages import page_of


def test_a_picture_in_three_lines(annas: Client, rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    deliver(claimed())
    page = page_of(annas.get("/statement/"))
    spent, held, given = (
        page.text.index(words) for words in ("Spent on a job", "Held for a job", "+66.00")
    )
    assert spent < held < given
    assert len(page.all("a", href=f"/jobs/{job.id}/")) == 2
    assert "−0.20 +0.20" in page.text
    assert "0.20 Daily points" in page.text


def test_a_release_says_not_charged(annas: Client, rich_anna: User, submit: Submit) -> None:
    cancel_job(user=rich_anna, job_id=submit(rich_anna).id, now=NOON)
    text = page_of(annas.get("/statement/")).text
    assert "Returned, not charged" in text
    assert "+0.20 −0.20" in text


def test_older_lines(
    annas: Client, rich_anna: User, submit: Submit, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        submit(rich_anna)
        deliver(claimed())
    with django_assert_max_num_queries(14):
        first = page_of(annas.get("/statement/"))
    older = first.all("a", rel="next")[0]["href"]
    assert "+66.00" not in first.text
    second = page_of(annas.get(f"/statement/{older}"))
    assert "+66.00" in second.text
    assert not second.all("a", rel="next")
    assert len(first.all("tr")) + len(second.all("tr")) == 2 + 41


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 40, "²"])
def test_a_page_that_cannot_be(annas: Client, before: str) -> None:
    assert annas.get("/statement/", {"before": before}).status_code == 404


def test_it_teaches_while_it_is_empty(anna: User, catalogue: None, as_user: Visitor) -> None:
    assert "No lines yet" in page_of(as_user(anna).get("/statement/")).text
