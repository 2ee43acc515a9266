"""Money back by the buyer's own hand and by staff, in a real browser before a real till."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from billing.ledger import services as ledger
from billing.models import Notice, Order, Refund
from billing.services import stripe_events
from billing.services.reconciliation import reconcile
from billing.services.stripe_recovery import recover_events
from tests.conftest import Person
from tests.portal.browser.test_journeys import sign_in
from tests.portal.browser.test_pay_journeys import anna, pay, stand_in, tab, till
from tests.servers.stripe.launch import StripeServer

__all__ = ["anna", "stand_in", "tab", "till"]
pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def consent_is_asked_for(settings: Any) -> None:
    """As an operator has it who sets nothing."""
    settings.WITHDRAWAL_CONSENT = "REQUIRED"


@pytest.fixture
def refused_tab(page: Page, portal: str, till: StripeServer, anna: User) -> Page:
    """Anna's tab where a refusal is expected: Chromium logs its status as an error."""
    page.set_default_timeout(15_000)
    sign_in(page, portal, anna)
    return page


def buy_points(tab: Page, portal: str) -> Order:
    """A top-up of ten yuan, with the consent ticked."""
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_label("I want my points at once").first.check()
    tab.get_by_role("button", name="To the pay page").click()
    pay(tab)
    expect(tab.get_by_role("heading", name="100 points are in your wallet")).to_be_visible()
    return Order.objects.get()


def spend(order: Order, amount_cp: int) -> None:
    """Use points, as a delivered job does."""
    now = timezone.now()
    with transaction.atomic():
        held = ledger.hold(
            wallet_id=order.wallet_id, amount_cp=amount_cp, key="j", reference="job:1", now=now
        )
        ledger.capture(wallet_id=order.wallet_id, hold_id=held.hold_id, key="c", now=now)


def follow_stripe() -> None:
    """What the clock does: read what happened at Stripe, and apply it."""
    now = timezone.now()
    recover_events(now=now, since=now - timedelta(days=1))
    stripe_events.handle_waiting(now=now + timedelta(minutes=1))


def agreed() -> None:
    """Stripe and our books say the same."""
    follow_stripe()
    assert reconcile(since=timezone.now() - timedelta(days=1)) == []


def test_nothing_is_sold_without_the_tick(refused_tab: Page, portal: str) -> None:
    tab = refused_tab
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_role("button", name="To the pay page").click()
    assert Order.objects.count() == 0
    # Whoever goes around the page is told why.
    tab.evaluate("document.querySelectorAll('[name=consent]').forEach(one => one.remove())")
    tab.get_by_role("button", name="To the pay page").click()
    expect(tab.get_by_role("alert")).to_contain_text("points you use before a withdrawal")
    assert Order.objects.count() == 0


def test_the_unused_share_goes_back(tab: Page, portal: str) -> None:
    order = buy_points(tab, portal)
    assert (order.consent_version, order.consent_at is not None) == ("1", True)
    spend(order, 66_00 + 35_00)  # the day's free points are used first
    tab.goto(f"{portal}/orders/{order.pk}/")
    tab.get_by_role("link", name="Get ¥6.50 back").click()
    expect(tab.get_by_role("definition").filter(has_text="65 of 100")).to_be_visible()
    tab.get_by_role("button", name="Give back, get ¥6.50").click()
    expect(tab.locator("main")).to_contain_text("−¥6.50")
    assert Refund.objects.get().points_cp == 65_00
    agreed()


def test_a_withdrawal_has_two_steps_and_a_receipt(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/plans/")
    tab.get_by_label("I want my points at once").check()
    tab.get_by_role("button", name="Get Gold · ¥66").click()
    pay(tab)
    expect(tab.get_by_role("heading", name="Gold is yours")).to_be_visible()
    tab.get_by_role("link", name="Withdraw from the contract here").click()
    expect(tab.get_by_text(re.compile("I, anna@example.com, withdraw"))).to_be_visible()
    tab.get_by_role("button", name="Confirm the withdrawal").click()
    expect(tab.locator("main")).to_contain_text("−¥66")
    tab.goto(f"{portal}/billing/")
    expect(tab.get_by_role("heading", name="None at the moment")).to_be_visible()
    assert Notice.objects.filter(kind="withdrawal_received").count() == 1
    agreed()


def test_a_debt_is_shown_and_paid_by_the_next_points(
    tab: Page, portal: str, till: StripeServer
) -> None:
    order = buy_points(tab, portal)
    spend(order, 66_00 + 80_00)
    till.control.dispute(till.control.objects("charge")[0]["id"])
    follow_stripe()
    tab.goto(f"{portal}/billing/")
    expect(tab.get_by_text("A payment is disputed")).to_be_visible()
    till.control.move_dispute(till.control.objects("dispute")[0]["id"], "lost")
    follow_stripe()
    tab.goto(f"{portal}/billing/")
    expect(tab.get_by_text("80.00 points were spent before")).to_be_visible()
    tab.goto(f"{portal}/topup/?amount=10")
    tab.get_by_label("I want my points at once").first.check()
    tab.get_by_role("button", name="To the pay page").click()
    pay(tab)
    expect(tab.locator("#purse")).to_contain_text("20.00")
    tab.goto(f"{portal}/billing/")
    expect(tab.get_by_text("You owe points")).to_have_count(0)
    agreed()


def test_closing_says_what_it_means(refused_tab: Page, portal: str, anna: User) -> None:
    tab = refused_tab
    buy_points(tab, portal)
    tab.goto(f"{portal}/account/")
    tab.get_by_role("link", name="What it means").click()
    expect(tab.get_by_text("You have 166.00 points.")).to_be_visible()
    expect(tab.get_by_role("link", name="Get ¥10 back")).to_be_visible()
    tab.get_by_label("Your e-mail address, to confirm").fill("bert@example.com")
    tab.get_by_role("button", name="Close the account").click()
    expect(tab.get_by_role("alert")).to_contain_text("Type your e-mail address")
    tab.get_by_label("Your e-mail address, to confirm").fill("Anna@example.com")
    tab.get_by_role("button", name="Close the account").click()
    expect(tab.get_by_text("Your account is closed.")).to_be_visible()
    tab.goto(f"{portal}/wallet/")
    expect(tab).to_have_url(re.compile("/account/login/"))
    anna.refresh_from_db()
    assert anna.closed_at is not None
    agreed()


def test_staff_see_a_refund_before_it_happens(
    refused_tab: Page, portal: str, till: StripeServer, person: Person
) -> None:
    tab = refused_tab
    order = buy_points(tab, portal)
    spend(order, 66_00 + 80_00)
    olga = person("olga", is_staff=True, is_superuser=True)
    tab.context.clear_cookies()
    sign_in(tab, portal, olga)
    tab.goto(f"{portal}/admin/billing/order/{order.pk}/refund")
    tab.get_by_label("Amount").fill("10.00")
    tab.get_by_role("button", name="Show what it does").click()
    preview = tab.locator("#preview")
    for row in ("10.00 CNY", "100.00", "80.00"):
        expect(preview).to_contain_text(row)
    assert Refund.objects.count() == 0
    tab.get_by_role("button", name="Give back 10.00 CNY").click()
    expect(tab.get_by_text("10.00 CNY is on its way back.")).to_be_visible()
    assert Refund.objects.get().amount_minor == 10_00
    agreed()
