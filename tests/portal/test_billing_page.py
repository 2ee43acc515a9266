"""Billing, orders and the way out, with the provider's answers as rows; journeys pay for real."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from billing.ledger import services as ledger
from billing.models import MembershipPeriod, Notice, Order, ScheduledLot
from billing.selectors.catalogue import plan_price
from billing.services.gifts import give_membership
from billing.services.wallets import wallet_for
from tests.jobs_by_hand import NOON
from tests.portal.conftest import Visitor
from tests.portal.pages import faults_of, page_of
from tests.portal.test_plans import on_card

PRIVATE = ["/topup/", "/topup/worth/", "/billing/", "/billing/cancel/", "/plans/change/"]
FORMS = ["/topup/", "/billing/cancel/", "/billing/resume/", "/billing/card/", "/plans/change/"]
AN_ORDER = uuid.UUID(int=1)


def order_of(user: User, state: str = "paid", **fields: Any) -> Order:
    """A top-up of ten yuan, as the shop leaves it."""
    return Order.objects.create(
        **{
            "wallet_id": wallet_for(user=user, now=NOON),
            "user": user,
            "kind": "topup",
            "family": "points",
            "state": state,
            "list_minor": 10_00,
            "amount_minor": 10_00,
            "currency": "CNY",
            "points_cp": 100_00,
            "idempotency_key": str(uuid.uuid4()),
            "request_hash": b"0" * 32,
            "created_at": NOON,
            "expires_at": NOON + timedelta(hours=1),
            "paid_at": NOON if state == "paid" else None,
            **fields,
        }
    )


def gold_order(user: User, state: str = "paid", **fields: Any) -> Order:
    """Gold by the month."""
    price = plan_price(plan="gold", period="month", currency="CNY", now=NOON)
    return order_of(
        user,
        state,
        **{
            "kind": "membership",
            "family": "membership",
            "method": "card",
            "list_minor": 66_00,
            "amount_minor": 66_00,
            "points_cp": 0,
            "plan_price": price,
            "period": "month",
            **fields,
        },
    )


def period_of(user: User, key: str, **fields: Any) -> MembershipPeriod:
    """A paid month of gold with its lot given."""
    membership = on_card(user, **fields)
    period = MembershipPeriod.objects.create(
        membership=membership,
        wallet_id=membership.wallet_id,
        plan=membership.plan_price.plan,
        key=key,
        months=1,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=30),
        perks_until=NOON + timedelta(days=38),
        amount_minor=66_00,
        currency="CNY",
        created_at=NOON,
    )
    _lot(period, 1, NOON, NOON)
    return period


def _lot(
    period: MembershipPeriod, number: int, starts_at: datetime, granted_at: datetime | None
) -> None:
    ScheduledLot.objects.create(
        period=period,
        wallet_id=period.wallet_id,
        number=number,
        amount_cp=660_00,
        starts_at=starts_at,
        expires_at=starts_at + timedelta(days=37),
        granted_at=granted_at,
    )


@pytest.mark.parametrize("path", [*PRIVATE, f"/orders/{AN_ORDER}/", f"/orders/{AN_ORDER}/state/"])
def test_money_pages_ask_to_sign_in(visitor: Client, path: str) -> None:
    assert visitor.get(path)["Location"].startswith("/account/login/?next=/")


@pytest.mark.parametrize("path", FORMS)
def test_money_forms_ask_to_sign_in(visitor: Client, path: str) -> None:
    assert visitor.post(path)["Location"].startswith("/account/login/")


@pytest.mark.parametrize("path", ["/billing/resume/", "/billing/card/"])
def test_what_changes_something_is_not_a_link(annas: Client, path: str) -> None:
    assert annas.get(path).status_code == 405


def test_without_a_membership(annas: Client) -> None:
    response = annas.get("/billing/")
    assert faults_of(response.content.decode()) == []
    assert "no-store" in response["Cache-Control"]
    text = page_of(response).text
    assert "None at the moment" in text
    assert "No orders yet" in text


def test_what_is_charged_next_and_when(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna)
    page = page_of(annas.get("/billing/"))
    assert "Gold Month active" in page.text
    assert "Next charge ¥66, Dec. 23, 2026" in page.text
    assert "Next points 660, Dec. 23, 2026" in page.text
    assert page.all("a", href="/billing/cancel/")
    assert not page.all("form", action="/billing/resume/")


def test_the_second_click_is_the_last(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna)
    response = annas.get("/billing/cancel/")
    assert faults_of(response.content.decode()) == []
    page = page_of(response)
    assert "Cancel Gold? It goes on until Dec. 23, 2026 , with all its perks." in page.text
    assert "Yes, cancel it" in page.text


def test_a_canceled_membership_can_be_kept(rich_anna: User, annas: Client) -> None:
    on_card(rich_anna, cancel_at=NOON + timedelta(days=30))
    page = page_of(annas.get("/billing/"))
    assert "Gold Month canceled Ends Dec. 23, 2026" in page.text
    assert "Next charge none" in page.text
    assert page.all("form", action="/billing/resume/")
    assert not page.all("a", href="/billing/cancel/")
    assert annas.get("/billing/cancel/")["Location"] == "/billing/"


def test_a_change_that_waits_is_shown_and_can_be_taken_back(rich_anna: User, annas: Client) -> None:
    platinum = plan_price(plan="platinum", period="year", currency="CNY", now=NOON)
    on_card(rich_anna, next_plan_price=platinum)
    page = page_of(annas.get("/billing/"))
    assert "Next charge ¥2,713" in page.text
    assert "From the next renewal Platinum, Year" in page.text
    assert "Stay with Gold" in page.text


def test_a_renewal_that_failed(rich_anna: User, annas: Client) -> None:
    period_of(rich_anna, "period:1", status="past_due")
    Notice.objects.create(
        user=rich_anna,
        kind="renewal_failed",
        key="renewal_failed:in_1:2",
        facts={
            "plan": "gold",
            "amount_minor": 66_00,
            "currency": "CNY",
            "attempt": 2,
            "next_attempt_at": "2026-11-26T04:00:00+00:00",
        },
        created_at=NOON,
    )
    page = page_of(annas.get("/billing/"))
    for words in (
        "renewal failed",
        "¥66 was refused, attempt 2. It is tried again Nov. 26, 2026",
        "Nothing you have paid for is frozen: your points stay.",
        "Perks last until Dec. 31, 2026",
        "Change the card",
        "Cancel the membership",
    ):
        assert words in page.text
    Notice.objects.update(facts={"next_attempt_at": None})
    text = page_of(annas.get("/billing/")).text
    assert "It is not tried again: the membership ends." in text


def test_prepaid_and_gifts_simply_end(rich_anna: User, annas: Client) -> None:
    give_membership(user=rich_anna, plan="gold", period="quarter", reason="test", now=NOON)
    page = page_of(annas.get("/billing/"))
    assert "Gold Quarter a gift Ends" in page.text
    assert "Next charge none: it does not renew" in page.text
    assert "Next points 660, Dec. 23, 2026" in page.text
    assert not page.all("a", href="/billing/cancel/")
    refused = annas.post("/billing/cancel/")
    assert refused.status_code == 422
    assert "A prepaid period does not renew" in page_of(refused).text
    assert "To your membership" in page_of(refused).text


def test_nothing_to_cancel_or_to_resume(annas: Client) -> None:
    assert annas.get("/billing/cancel/")["Location"] == "/billing/"
    for path in ("/billing/cancel/", "/billing/resume/"):
        response = annas.post(path)
        assert response.status_code == 422
        assert "You have no membership. See the plans" in page_of(response).text


def test_a_provider_that_is_away(rich_anna: User, annas: Client, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = settings.STRIPE_API_BASE = ""
    on_card(rich_anna)
    for path in ("/billing/cancel/", "/billing/resume/", "/billing/card/"):
        response = annas.post(path)
        assert response.status_code == 422
        assert page_of(response).all("div", role="alert")


def test_orders_newest_first(rich_anna: User, annas: Client) -> None:
    order_of(rich_anna, "expired", created_at=NOON - timedelta(days=1))
    paid = order_of(rich_anna, kind="pack", bonus_cp=8_00, pack_code="pack-10")
    open_one = gold_order(rich_anna, "open", created_at=NOON + timedelta(minutes=1))
    page = page_of(annas.get("/billing/"))
    gold, pack, topup = (
        page.text.index(words)
        for words in (
            "Gold, Month",
            "Pack of 100 points",
            "Top-up of 100 points",
        )
    )
    assert gold < pack < topup
    assert "waiting for payment ¥66" in page.text
    assert "108 points paid ¥10" in page.text
    assert "expired unpaid ¥10" in page.text
    for order in (paid, open_one):
        assert page.all("a", href=f"/orders/{order.pk}/")


def test_many_orders_have_pages(
    rich_anna: User, annas: Client, django_assert_max_num_queries: Any
) -> None:
    for minutes in range(12):
        order_of(rich_anna, created_at=NOON - timedelta(minutes=minutes))
    with django_assert_max_num_queries(18):
        page = page_of(annas.get("/billing/"))
    assert page.all("a", rel="next", href="?page=2")
    assert page_of(annas.get("/billing/?page=2")).all("a", rel="prev", href="?page=1")
    assert annas.get("/billing/?page=nonsense").status_code == 200


def test_an_order_that_waits(rich_anna: User, annas: Client) -> None:
    order = order_of(rich_anna, "open", url="https://checkout.stripe.com/c/pay/1")
    response = annas.get(f"/orders/{order.pk}/")
    page = page_of(response)
    assert "We are waiting for the payment" in page.text
    assert "Nothing is given before, and nothing is lost if you leave." in page.text
    assert page.all("a", href="https://checkout.stripe.com/c/pay/1")
    assert page.all("section", id="state")[0]["hx-get"] == f"/orders/{order.pk}/state/?look=1"
    # It gives up asking after a while and says so.
    late = page_of(annas.get(f"/orders/{order.pk}/state/?look=99"))
    assert "hx-get" not in late.all("section", id="state")[0]
    assert "It takes longer than usual." in late.text
    assert annas.get(f"/orders/{order.pk}/state/?look=x").status_code == 200


def test_a_pay_page_that_closed_is_not_offered(rich_anna: User, annas: Client) -> None:
    order = order_of(rich_anna, "open", url="https://pay.example", expires_at=NOON)
    assert "Not paid yet?" not in page_of(annas.get(f"/orders/{order.pk}/")).text


def test_what_points_an_order_gave(rich_anna: User, annas: Client) -> None:
    order = order_of(rich_anna, kind="pack", bonus_cp=8_00)
    response = annas.get(f"/orders/{order.pk}/")
    assert faults_of(response.content.decode()) == []
    page = page_of(response)
    assert "108 points are in your wallet" in page.text
    assert "8 of them are a gift. They live until Nov. 23, 2028" in page.text


def test_what_a_membership_by_card_gave(rich_anna: User, annas: Client) -> None:
    order = gold_order(rich_anna, subscription_id="sub_7", list_minor=132_00)
    period_of(rich_anna, "period:sub_7:1", subscription_id="sub_7")
    page = page_of(annas.get(f"/orders/{order.pk}/"))
    for words in (
        "Gold is yours 660 points are in your wallet.",
        "Period Nov. 23, 2026 – Dec. 23, 2026",
        "Renews by itself until you cancel",
        "Without our brand mark",
        "List price ¥132 Amount ¥66",
        "Paid by Card",
    ):
        assert words in page.text


def test_what_a_prepaid_period_gives_later(rich_anna: User, annas: Client) -> None:
    order = gold_order(rich_anna, kind="prepaid", method="alipay")
    period = period_of(rich_anna, f"period:order:{order.pk}", kind="prepaid")
    ScheduledLot.objects.update(granted_at=None)
    _lot(period, 2, NOON + timedelta(days=30), None)
    page = page_of(annas.get(f"/orders/{order.pk}/"))
    assert "Gold is yours" in page.text
    assert "points are in your wallet." not in page.text
    assert "Next points 660, Nov. 23, 2026" in page.text
    assert "Ends; it does not renew" in page.text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("failed", "The payment failed Nothing was charged"),
        ("expired", "This order ended unpaid Nothing was charged"),
        ("canceled", "This order ended unpaid Nothing was charged"),
        ("undoing", "Your money is being given back You had a membership already"),
        ("undone", "Your money is on its way back You had a membership already"),
    ],
)
def test_what_became_of_an_order(rich_anna: User, annas: Client, state: str, said: str) -> None:
    order = order_of(rich_anna, state, reason="second_membership")
    assert said in page_of(annas.get(f"/orders/{order.pk}/")).text


def test_a_line_of_the_statement_leads_to_its_order(rich_anna: User, annas: Client) -> None:
    made = uuid.uuid4()
    with transaction.atomic():
        ledger.grant(
            wallet_id=wallet_for(user=rich_anna, now=NOON),
            amount_cp=100_00,
            source="topup",
            paid=True,
            starts_at=NOON,
            expires_at=NOON + timedelta(days=700),
            key="topup:cs_1",
            reference=f"topup:{made}",
            now=NOON,
        )
    assert page_of(annas.get("/statement/")).all("a", href=f"/orders/{made}/")


def test_anothers_order_is_not_there(rich_anna: User, stranger: Client, as_user: Visitor) -> None:
    order = order_of(rich_anna)
    for path in (f"/orders/{order.pk}/", f"/orders/{order.pk}/state/"):
        assert stranger.get(path).status_code == 404
        assert as_user(rich_anna).get(path).status_code == 200
    # The way back from the pay page confirms for anyone and shows nothing.
    assert stranger.get(f"/pay/return/{order.pk}")["Location"] == f"/orders/{order.pk}/"
    assert stranger.get(f"/pay/return/{AN_ORDER}", follow=True).status_code == 404
