"""The wallet, the claim and the chip that leads to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.models import User
from billing.ledger import services as ledger
from billing.services.wallets import wallet_for
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit
from tests.portal.conftest import Visitor
from tests.portal.pages import page_of


def test_available_held_and_what_it_buys(annas: Client, rich_anna: User, submit: Submit) -> None:
    text = page_of(annas.get("/wallet/")).text
    assert "330 pictures or 6 videos of 5 s or 3 videos of 10 s Daily" in text
    submit(rich_anna, "video")
    text = page_of(annas.get("/wallet/")).text
    assert "Available 56.00" in text
    assert "Held for jobs 10.00" in text
    assert "280 pictures or 5 videos of 5 s" in text


def test_lots_in_order_of_use(annas: Client, rich_anna: User) -> None:
    with transaction.atomic():
        ledger.grant(
            wallet_id=wallet_for(user=rich_anna, now=NOON),
            amount_cp=66_000,
            source="membership",
            paid=True,
            starts_at=NOON,
            expires_at=NOON + timedelta(days=37),
            key="period:1",
            reference="period:1",
            now=NOON,
        )
    text = page_of(annas.get("/wallet/")).text
    assert text.index("Daily points used next free") < text.index("Membership Ends")
    assert "37 days left" in text
    assert "660.00 of 660.00" in text


def test_the_countdown_to_the_next_claim_names_both_zones(annas: Client) -> None:
    page = page_of(annas.get("/wallet/"))
    assert "12:00:00 until the next 66 points" in page.text
    assert "00:00 in Shanghai" in page.text
    # The reader's own zone is known to the browser alone; it is written into this element.
    assert page.all("span", **{"data-zone": ""})


def test_a_claim(anna: User, catalogue: None, as_user: Visitor) -> None:
    client = as_user(anna)
    assert "+66 ready" in page_of(client.get("/create/")).text
    response = client.post("/wallet/claim/", {"next": "/create/"}, follow=True)
    assert response.redirect_chain == [("/create/", 302)]
    text = page_of(response).text
    assert "66.00 points are in your wallet" in text
    assert "+66 in 12:00:00" in text


def test_a_second_claim_says_so(annas: Client) -> None:
    text = page_of(annas.post("/wallet/claim/", follow=True)).text
    assert "Today's points were given already." in text
    assert "Available 66.00" in text


def test_no_claim_before_the_address_is_confirmed(
    person: Person, catalogue: None, as_user: Visitor
) -> None:
    client = as_user(person("dora", verified=False))
    assert "+66 ready" not in page_of(client.get("/wallet/")).text
    text = page_of(client.post("/wallet/claim/", follow=True)).text
    assert "Confirm your e-mail address first, then claim." in text
    assert "Available 0.00" in text


def test_a_claim_returns_to_this_site_only(annas: Client) -> None:
    for target in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        assert annas.post("/wallet/claim/", {"next": target})["Location"] == "/wallet/"


def test_few_queries(annas: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(14):
        annas.get("/wallet/")
