"""Documents and auto top-up as a buyer meets them, in a real browser before a real till."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.models import AutoTopUp, Order
from billing.services.auto_topups import sweep
from tests.portal.browser import test_pay_journeys as paying

pytestmark = pytest.mark.browser

stand_in, till, anna, tab = paying.stand_in, paying.till, paying.anna, paying.tab


def shot(tab: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_an_invoice_with_the_company_on_it(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/billing/details/")
    tab.get_by_label("Company").fill("上海示例科技有限公司")
    tab.get_by_label("Address").fill("示例路 100 号\n上海")
    tab.get_by_label("Country").fill("CN")
    shot(tab, "details")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Your next documents are made out like this.")).to_be_visible()
    expect(tab.get_by_role("heading", name="No documents yet")).to_be_visible()
    tab.goto(f"{portal}/topup/")
    shot(tab, "topup")
    tab.get_by_role("button", name="Buy 525 points for ¥50").click()
    paying.pay(tab)
    expect(tab.get_by_role("heading", name="525 points are in your wallet")).to_be_visible()
    tab.goto(f"{portal}/billing/")
    shot(tab, "billing")
    links = tab.locator("main a", has_text="INV-")
    expect(links).to_have_count(1)
    file = tab.request.get(f"{portal}{links.get_attribute('href')}")
    assert file.headers["content-type"] == "application/pdf"
    assert file.body().startswith(b"%PDF")
    tab.get_by_role("link", name="Show all").click()
    expect(tab.locator("main li")).to_have_count(2)
    shot(tab, "documents")


def test_auto_topup_from_off_to_on_to_stopped(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/account/")
    tab.locator("main dl > div", has_text="Auto top-up").get_by_role("link").click()
    expect(tab.get_by_role("checkbox", name="Buy points by itself")).not_to_be_checked()
    tab.get_by_role("button", name="Save a card").click()
    tab.get_by_role("button", name="Pays now, fails at renewal").click()
    expect(tab.get_by_text("The card is saved.")).to_be_visible()
    tab.get_by_role("checkbox", name="Buy points by itself").check()
    tab.get_by_label("When fewer than so many points are left").fill("100")
    tab.get_by_label("At most so much a month").fill("200")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("Auto top-up is on.")).to_be_visible()
    shot(tab, "auto-on")
    sweep(now=timezone.now() + timedelta(seconds=1))
    tab.reload()
    expect(tab.get_by_text("Auto top-up has stopped")).to_be_visible()
    expect(tab.get_by_role("checkbox", name="Buy points by itself")).not_to_be_checked()
    shot(tab, "auto-stopped")
    assert not AutoTopUp.objects.get().enabled
    assert Order.objects.get().state == "failed"


def test_a_bank_that_asks_is_paid_by_hand(tab: Page, portal: str) -> None:
    tab.goto(f"{portal}/auto-topup/")
    tab.get_by_role("button", name="Save a card").click()
    tab.get_by_role("button", name="Save this card").click()
    expect(tab.get_by_text("visa")).to_be_visible()
    AutoTopUp.objects.update(
        tripped_at=timezone.now(), trip_reason="authentication_required", pack_code="pack-50"
    )
    tab.reload()
    tab.get_by_role("button", name="Pay by hand").click()
    paying.pay(tab, "3-D Secure, confirmed")
    expect(tab.get_by_role("heading", name="525 points are in your wallet")).to_be_visible()
