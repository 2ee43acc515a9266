"""Paying, from the portal's button to the portal's thanks, in a real browser before a real till.

The pay pages are those of the stand-in for Stripe. No process but the portal runs: what an order's
page knows it has asked itself, so no journey waits for a webhook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from billing.models import Order
from billing.services.stripe_sync import sync_stripe
from tests.billing import conftest as money
from tests.conftest import PASSWORD, Person
from tests.portal.browser.test_journeys import sign_in
from tests.servers.stripe.launch import StripeServer

pytestmark = pytest.mark.browser

stand_in = money.stand_in


@pytest.fixture
def till(stand_in: StripeServer, portal: str, settings: Any) -> StripeServer:
    """The stand-in, empty, knowing our prices and leading back to this portal."""
    stand_in.control.reset()
    settings.STRIPE_API_BASE = stand_in.base_url
    settings.PUBLIC_URL = portal
    sync_stripe(webhook_url=f"{portal}/webhooks/stripe", now=timezone.now())
    return stand_in


@pytest.fixture
def anna(person: Person, portal: str) -> User:
    """Anna; signing in gives her the day's points."""
    return person("anna")


@pytest.fixture
def tab(page: Page, portal: str, till: StripeServer, anna: User) -> Iterator[Page]:
    """Anna's tab: no script error, nothing blocked, no request but to the portal and the till."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "console",
        lambda said: (
            faults.append(said.text)
            if said.type in ("error", "warning") and page.url.startswith(portal)
            else None
        ),
    )
    allowed = (portal, till.base_url, "data:")
    page.on(
        "request",
        lambda request: None if request.url.startswith(allowed) else faults.append(request.url),
    )
    page.set_default_timeout(15_000)
    sign_in(page, portal, anna)
    yield page
    assert faults == []


def pay(tab: Page, button: str = "Pay by card") -> None:
    """Press a button of the pay page, which says that it is a test."""
    expect(tab.get_by_text("Test payment page. No money is taken")).to_be_visible()
    tab.get_by_role("button", name=button, exact=True).click()


def buy_gold(tab: Page, portal: str) -> None:
    """Gold by the month, by card."""
    tab.goto(f"{portal}/plans/")
    tab.get_by_role("button", name="Get Gold · ¥66").click()
    pay(tab)
    expect(tab.get_by_role("heading", name="Gold is yours")).to_be_visible()


def test_a_pack_by_card(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/topup/")
    # A double click is one purchase.
    tab.get_by_role("button", name="Buy 525 points for ¥50").dblclick()
    pay(tab)
    expect(tab.get_by_role("heading", name="525 points are in your wallet")).to_be_visible()
    expect(tab.get_by_text("25 of them are a gift.")).to_be_visible()
    expect(tab.locator("#purse")).to_contain_text("591.00")
    tab.get_by_role("link", name="Billing").first.click()
    order = tab.locator("main li").filter(has_text="Pack of 500 points")
    expect(order).to_contain_text("paid")
    expect(order).to_contain_text("¥50")
    assert Order.objects.count() == 1


def test_an_amount_shows_its_points_while_it_is_typed(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/topup/")
    tab.get_by_label("Amount", exact=True).press_sequentially("66")
    expect(tab.locator("#worth")).to_contain_text("660 points")
    tab.get_by_label("Amount", exact=True).press_sequentially("000")
    expect(tab.locator("#worth")).to_contain_text("from ¥10 to ¥10,000")
    tab.get_by_label("Amount", exact=True).fill("12")
    expect(tab.locator("#worth")).to_contain_text("120 points")
    tab.get_by_role("button", name="To the pay page").click()
    pay(tab, "Pay with WeChat Pay")
    expect(tab.get_by_role("heading", name="120 points are in your wallet")).to_be_visible()


def test_gold_by_the_month(tab: Page, portal: str) -> None:
    buy_gold(tab, portal)
    expect(tab.get_by_text("660 points are in your wallet.")).to_be_visible()
    perks = tab.get_by_label("What is yours now")
    for perk in ("2 jobs at a time", "Without our brand mark", "High quality"):
        expect(perks).to_contain_text(perk)
    expect(tab.locator("#purse")).to_contain_text("726.00")
    tab.goto(f"{portal}/billing/")
    expect(tab.get_by_role("heading", name="Gold")).to_be_visible()
    expect(tab.get_by_text("active", exact=True)).to_be_visible()
    expect(tab.locator("dl").first).to_contain_text("Next charge¥66")
    tab.goto(f"{portal}/plans/")
    expect(tab.locator("main li").filter(has_text="Your plan")).to_contain_text("Gold")


def test_a_quarter_by_alipay(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/plans/")
    tab.get_by_role("radio", name="Alipay").check()
    tab.get_by_role("link", name="Quarter").click()
    # The cards changed without a reload, and the way to pay is still the chosen one.
    expect(tab.get_by_role("button", name="Get Gold · ¥188")).to_be_visible()
    expect(tab.get_by_role("radio", name="Alipay")).to_be_checked()
    tab.get_by_role("button", name="Get Gold · ¥188").click()
    pay(tab, "Pay with Alipay")
    expect(tab.get_by_role("heading", name="Gold is yours")).to_be_visible()
    expect(tab.get_by_text("Ends; it does not renew")).to_be_visible()
    expect(tab.locator("#purse")).to_contain_text("726.00")
    tab.goto(f"{portal}/billing/")
    expect(tab.get_by_text("none: it does not renew")).to_be_visible()
    expect(tab.get_by_role("link", name="Cancel the membership")).to_have_count(0)


def test_declined_and_then_good(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_role("button", name="To the pay page").click()
    pay(tab, "Declined")
    expect(tab.get_by_role("alert")).to_be_visible()
    pay(tab)
    expect(tab.get_by_role("heading", name="100 points are in your wallet")).to_be_visible()
    assert Order.objects.get().state == "paid"


def test_back_without_paying_and_on_again(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_role("button", name="To the pay page").click()
    pay(tab, "Back without paying")
    expect(tab.get_by_role("heading", name="We are waiting for the payment")).to_be_visible()
    tab.goto(f"{portal}/billing/")
    tab.get_by_role("link", name="Top-up of 100 points").click()
    tab.get_by_role("link", name="Not paid yet? Pay ¥10").click()
    pay(tab)
    expect(tab.get_by_role("heading", name="100 points are in your wallet")).to_be_visible()


def test_money_that_takes_its_time(tab: Page, portal: str, till: StripeServer) -> None:
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_role("button", name="To the pay page").click()
    tab.locator("button[value=alipay_later_good]").click()
    expect(tab.get_by_role("heading", name="We are waiting for the payment")).to_be_visible()
    expect(tab.locator("#purse")).to_contain_text("66.00")
    till.control.settle(Order.objects.get().session_id, good=True)
    # The page turns by itself, and the points at the top with it.
    expect(tab.get_by_role("heading", name="100 points are in your wallet")).to_be_visible()
    expect(tab.locator("#purse")).to_contain_text("166.00")


def test_a_session_that_ends_while_the_page_waits(
    tab: Page, portal: str, till: StripeServer
) -> None:
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_role("button", name="To the pay page").click()
    tab.locator("button[value=alipay_later_good]").click()
    expect(tab.get_by_role("heading", name="We are waiting for the payment")).to_be_visible()
    waiting_at = tab.url
    till.control.settle(Order.objects.get().session_id, good=True)
    tab.context.clear_cookies()
    # The whole window goes, and comes back to the order once it is signed in again.
    expect(tab).to_have_url(re.compile("/account/login/"))
    expect(tab.locator("main")).to_have_count(1)
    tab.get_by_label("Email").fill("anna@example.com")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name="100 points are in your wallet")).to_be_visible()
    assert tab.url == waiting_at


def test_out_in_two_clicks_and_back(tab: Page, portal: str) -> None:
    buy_gold(tab, portal)
    tab.goto(f"{portal}/billing/")
    tab.get_by_role("link", name="Cancel the membership").click()
    tab.get_by_role("button", name="Yes, cancel it").click()
    expect(tab.get_by_text("Your membership is canceled: it ends with its period")).to_be_visible()
    expect(tab.get_by_text("canceled", exact=True)).to_be_visible()
    expect(tab.locator("dl").first).to_contain_text("Next chargenone")
    expect(tab.locator("#purse")).to_contain_text("726.00")
    tab.get_by_role("button", name="Keep the membership").click()
    expect(tab.get_by_text("Your membership goes on as before.")).to_be_visible()
    expect(tab.locator("dl").first).to_contain_text("Next charge¥66")


def test_another_card(tab: Page, portal: str) -> None:
    buy_gold(tab, portal)
    tab.goto(f"{portal}/billing/")
    tab.get_by_role("button", name="Change the card").click()
    tab.get_by_role("button", name="Use a new card").click()
    expect(tab.get_by_text("The card was saved.")).to_be_visible()
    tab.get_by_role("link", name="Back to").click()
    expect(tab.get_by_role("heading", name="Billing")).to_be_visible()
    assert tab.url == f"{portal}/billing/"


def test_up_now_and_down_at_renewal(tab: Page, portal: str) -> None:
    buy_gold(tab, portal)
    tab.goto(f"{portal}/plans/")
    tab.get_by_role("link", name="Change to Platinum").click()
    expect(tab.get_by_text("726.00 → 3726.00")).to_be_visible()
    tab.get_by_role("button", name="Change now · ¥266").click()
    expect(tab.get_by_text("You are on Platinum now.")).to_be_visible()
    expect(tab.locator("#purse")).to_contain_text("3726.00")
    tab.goto(f"{portal}/plans/change/?plan=gold&period=month")
    tab.get_by_role("button", name="Change at renewal").click()
    expect(tab.get_by_text("Gold begins with your next renewal.")).to_be_visible()
    expect(tab.locator("dl").first).to_contain_text("From the next renewalGold, Month")
    tab.get_by_role("button", name="Stay with Platinum").click()
    expect(tab.locator("dl").first).not_to_contain_text("From the next renewal")


def test_anothers_order_is_not_there(
    tab: Page, portal: str, person: Person, browser: Browser
) -> None:
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_role("button", name="To the pay page").click()
    pay(tab)
    expect(tab.get_by_role("heading", name="100 points are in your wallet")).to_be_visible()
    address = tab.url
    assert re.fullmatch(rf"{portal}/orders/[0-9a-f-]{{36}}/", address)
    other = browser.new_page()
    sign_in(other, portal, person("bert"))
    answer = other.goto(address)
    assert answer is not None
    assert answer.status == 404
    other.close()


def test_without_scripts(portal: str, till: StripeServer, anna: User, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal}/account/login/?next=/plans/")
    page.get_by_label("Email").fill(anna.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Half-year").click()
    page.get_by_role("button", name="Get Gold · ¥356").click()
    pay(page)
    expect(page.get_by_role("heading", name="Gold is yours")).to_be_visible()
    context.close()
