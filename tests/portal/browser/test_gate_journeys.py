"""The gate before free points in Chromium: a captcha, a mailed code, a card."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.services.sign_ups import note_sign_up
from accounts.visits import Visit
from billing.services.grant_budget import set_budget
from tests.conftest import PASSWORD, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS")


def to_the_claim(page: Page, portal: str, user: User) -> None:
    """Sign in, which gives nothing yet, and press the button in the wallet."""
    cache.clear()
    page.goto(f"{portal}/account/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{portal}/wallet/")
    page.get_by_role("button", name="Claim 66 points").click()
    expect(page.get_by_role("heading", name="One more step before today’s points")).to_be_visible()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png", full_page=True)


def neighbours(person: Person, count: int, domain: str) -> None:
    """So many have signed up with mailboxes of one new domain."""
    now = timezone.now()
    for number in range(count):
        user = person(f"p{number}", domain=domain)
        with transaction.atomic():
            note_sign_up(user=user, visit=Visit(), day=now.date(), now=now)


def test_a_captcha(clean_page: Page, portal: str, anna: User, paula: User) -> None:
    now = timezone.now()
    set_budget(
        day_max_cp=10**9,
        captcha_percent=0,
        stopped=False,
        starts_at=now,
        reason="everybody is asked",
        staff=paula,
        now=now,
    )
    page = clean_page
    to_the_claim(page, portal, anna)
    # Without the work nothing is given.
    page.get_by_role("button", name="Claim today's points", exact=True).click()
    expect(page.get_by_role("heading", name="Show that you are not a program")).to_be_visible()
    page.locator("altcha-widget input[type=checkbox]").click()
    expect(page.locator("altcha-widget [data-state=verified]").first).to_be_attached()
    shot(page, "captcha")
    page.get_by_role("button", name="Claim today's points", exact=True).click()
    expect(page.get_by_text("66.00 points are in your wallet")).to_be_visible()
    expect(page.locator("#purse")).to_contain_text("66.00")


def test_a_mailed_code(page: Page, portal: str, anna: User, person: Person, settings: Any) -> None:
    neighbours(person, 21, "example.com")
    to_the_claim(page, portal, anna)
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.get_by_role("button", name="Mail another code")).to_be_visible()
    page.get_by_label("The code").fill("000000")
    page.get_by_role("button", name="Confirm and claim").click()
    expect(page.get_by_text("This is not the code, or it is too old.")).to_be_visible()
    shot(page, "mail-code")
    mails = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"))
    code = re.search(r"Your code: (\d{6})", mails[-1].read_text())
    assert code is not None
    page.get_by_label("The code").fill(code[1])
    page.get_by_role("button", name="Confirm and claim").click()
    expect(page.locator("#purse")).to_contain_text("66.00")


def test_a_card_is_asked_for_and_points_can_be_bought(
    clean_page: Page, portal: str, person: Person
) -> None:
    thrown = person("eve", domain="mailinator.com")
    page = clean_page
    to_the_claim(page, portal, thrown)
    expect(page.get_by_text("One card vouches for three accounts.")).to_be_visible()
    shot(page, "card")
    page.get_by_role("link", name="Top up", exact=True).last.click()
    expect(page.get_by_role("heading", name="Top up")).to_be_visible()
