"""The labelling agreement in the portal: found, read, accepted."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from generation.models import LabellingAcceptance
from tests.members import on_gold
from tests.portal.conftest import Visitor
from tests.portal.pages import faults_of, page_of

PATH = "/agreements/labelling/"


@pytest.fixture
def gold(anna: User, catalogue: None, as_user: Visitor) -> Client:
    """Anna's client; she is on gold."""
    return as_user(on_gold(anna))


def accept(client: Client, **changes: str) -> int:
    version = page_of(client.get(PATH)).field("version")
    fields = {"accept": "yes", "version": version, **changes}
    return client.post(PATH, fields, REMOTE_ADDR="192.0.2.3").status_code


def test_create_leads_to_it_and_says_what_it_changes(gold: Client) -> None:
    before = page_of(gold.get("/create/"))
    assert "once you have accepted the labelling agreement" in before.text
    assert before.all("a", href=PATH)
    assert accept(gold) == 302
    after = page_of(gold.get("/create/"))
    assert "The result carries no brand mark." in after.text
    assert LabellingAcceptance.objects.get().address == "192.0.2.3"
    assert "What you make with paid points carries no brand mark." in page_of(gold.get(PATH)).text


def test_billing_leads_to_it(gold: Client) -> None:
    assert page_of(gold.get("/billing/")).all("a", href=PATH)


def test_in_chinese(gold: Client) -> None:
    response = gold.get(PATH, headers={"Accept-Language": "zh-CN"})
    page = page_of(response)
    assert "标识协议" in page.text
    assert faults_of(response.content.decode()) == []


def test_without_the_box_nothing_is_accepted(gold: Client) -> None:
    assert accept(gold, accept="") == 422
    assert accept(gold, version="2024") == 422
    assert not LabellingAcceptance.objects.exists()


def test_a_free_user_is_told_that_it_changes_nothing(annas: Client) -> None:
    assert "accepting changes nothing" in page_of(annas.get(PATH)).text


def test_a_visitor_signs_in_first(visitor: Client) -> None:
    assert visitor.get(PATH).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "written"),
    [
        (0, "198.51.100.1", "192.0.2.3"),
        (1, "203.0.113.5, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.5, 198.51.100.1, 192.0.2.200", "198.51.100.1"),
        # Not through both of our proxies, so the header is the visitor's own claim.
        (2, "198.51.100.1", "192.0.2.3"),
        (1, "not an address", None),
        (1, "", "192.0.2.3"),
    ],
)
def test_the_address_is_the_visitors_own(
    gold: Client, settings: Settings, proxies: int, forwarded: str, written: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    version = page_of(gold.get(PATH)).field("version")
    gold.post(
        PATH,
        {"accept": "yes", "version": version},
        REMOTE_ADDR="192.0.2.3",
        headers={"X-Forwarded-For": forwarded},
    )
    assert LabellingAcceptance.objects.get().address == written
