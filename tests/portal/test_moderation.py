"""Pages of moderation: the refusal, where one stands, the appeal."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from generation.models import Job, Verdict
from generation.services.appeals import decide
from tests.jobs_by_hand import NOON
from tests.portal.pages import faults_of, page_of

BAD = "a fox in a hardcore sex <b>poster</b>"


@pytest.fixture
def refused(annas: Client, rich_anna: User) -> Verdict:
    """What Anna typed is refused."""
    page = page_of(annas.get("/create/"))
    response = annas.post(
        "/create/",
        {
            "kind": "image",
            "prompt": BAD,
            "idempotency_key": page.field("idempotency_key"),
            "shown_kind": "image",
        },
    )
    assert response.status_code == 422
    assert faults_of(response.content.decode()) == []
    page = page_of(response)
    assert "Refused by our rules: sexual content. You were not charged." in page.text
    verdict = Verdict.objects.get()
    assert page.all("a", href=f"/rules/{verdict.id}/")
    assert Job.objects.count() == 0
    return verdict


def test_the_way_to_a_person(annas: Client, refused: Verdict, paula: User) -> None:
    path = f"/rules/{refused.id}/"
    response = annas.get(path)
    assert faults_of(response.content.decode()) == []
    assert "hardcore sex" in page_of(response).text
    assert "&lt;b&gt;" in response.content.decode()
    annas.post(path, {"text": "it is a title"})
    page = page_of(annas.get(path))
    assert "A person will look at it" in page.text
    assert not page.all("textarea")
    decide(
        verdict_id=refused.id, outcome="allow_once", reason="context", note="", by=paula, now=NOON
    )
    response = annas.get(path)
    assert faults_of(response.content.decode()) == []
    assert "Allow this input once" in page_of(response).text


def test_where_one_stands(annas: Client, refused: Verdict, bert: User) -> None:
    response = annas.get("/rules/")
    assert faults_of(response.content.decode()) == []
    page = page_of(response)
    assert "All is well" in page.text
    assert page.all("a", href=f"/rules/{refused.id}/")
    berts = Client()
    berts.force_login(bert)
    assert berts.get(f"/rules/{refused.id}/").status_code == 404
    assert "Nothing was refused" in page_of(berts.get("/rules/")).text
    assert Client().get("/rules/").status_code == 302
