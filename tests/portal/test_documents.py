"""Documents, billing details and auto top-up on their pages: only their owner sees them."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.models import AutoTopUp, BillingDetails, Document, Order
from billing.services.buyers import record_terms
from billing.services.documents import issue_for_order
from billing.services.wallets import wallet_for
from tests.jobs_by_hand import NOON
from tests.portal.conftest import Visitor
from tests.portal.pages import faults_of, page_of


@pytest.fixture
def invoice(anna: User, catalogue: None) -> Document:
    """Anna's invoice for ten yuan."""
    with transaction.atomic():
        order = Order.objects.create(
            wallet_id=wallet_for(user=anna, now=NOON), user=anna, kind="topup", family="points",
            state="paid", method="card", list_minor=10_00, amount_minor=10_00, currency="CNY",
            points_cp=100_00, idempotency_key="k", request_hash=b"x", created_at=NOON,
            expires_at=NOON, paid_at=NOON,
        )  # fmt: skip
        record_terms(order=order, user=anna, now=NOON)
        return issue_for_order(order, now=NOON)


def test_the_owner_finds_and_opens_it(anna: User, invoice: Document, as_user: Visitor) -> None:
    client = as_user(anna)
    for path in ("/billing/", "/billing/documents/"):
        answer = client.get(path)
        assert invoice.name in page_of(answer).text
        assert faults_of(answer.content.decode()) == []
    file = client.get(f"/billing/documents/{invoice.pk}.pdf")
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert invoice.name in file["Content-Disposition"]
    assert (
        file.content != client.get(f"/billing/documents/{invoice.pk}.pdf?language=zh-hans").content
    )


def test_nobody_else_does(stranger: Client, visitor: Client, invoice: Document) -> None:
    path = f"/billing/documents/{invoice.pk}.pdf"
    assert stranger.get(path).status_code == 404
    assert invoice.name not in page_of(stranger.get("/billing/documents/")).text
    assert visitor.get(path).status_code == 302


def test_details_that_cannot_be_used_are_shown_again(annas: Client) -> None:
    answer = annas.post("/billing/details/", {"company": "Acme", "country": "China"})
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.field("company") == "Acme"
    assert page.all("input", name="country")[0]["aria-invalid"] == "true"
    assert BillingDetails.objects.count() == 0


def test_auto_topup_is_off_and_says_what_is_missing(annas: Client) -> None:
    page = annas.get("/auto-topup/")
    assert faults_of(page.content.decode()) == []
    assert "checked" not in page_of(page).all("input", name="enabled")[0]
    form = {"enabled": "on", "threshold": "100", "buy": "pack-50", "month_max": "200"}
    answer = annas.post("/auto-topup/", form)
    assert answer.status_code == 422
    assert "Save a card first" in page_of(answer).text
    assert page_of(answer).field("threshold") == "100"
    assert AutoTopUp.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("threshold", "many", "Write points like 12.50."),
        ("month_max", "-5", "whole amount, in digits"),
        ("month_max", "20", "less than one purchase"),
        ("buy", "pack-7", "not for sale"),
    ],
)
def test_a_bad_setting_says_why(annas: Client, field: str, value: str, said: str) -> None:
    form = {"enabled": "on", "threshold": "100", "buy": "pack-50", "month_max": "200"}
    form[field] = value
    answer = annas.post("/auto-topup/", form)
    # What is no longer sold can be turned off, and is refused when it is turned on.
    assert (answer.status_code, AutoTopUp.objects.count()) == (422, 0)
    assert said in page_of(answer).text


@pytest.mark.parametrize(
    ("included", "said"), [(True, "Prices contain 6 % tax."), (False, "6 % tax is added")]
)
def test_prices_say_their_tax_and_terms(
    annas: Client, settings: Settings, included: bool, said: str
) -> None:
    settings.TAX_RATE_BP, settings.TAX_INCLUDED, settings.TERMS_VERSION = 600, included, "2026-11"
    for path in ("/topup/", "/plans/"):
        text = page_of(annas.get(path)).text
        assert said in text
        assert "terms of sale, version 2026-11" in text
