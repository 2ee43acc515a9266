"""A code redeemed, and a friend invited, in a real browser before a real till."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from billing import launch
from billing.models import Referral
from billing.redeem_codes import shown
from billing.services.code_batches import Wanted, make_codes, propose_batch
from billing.services.referral_rewards import follow_referrals
from tests.conftest import PASSWORD
from tests.portal.browser.test_pay_journeys import anna, pay, stand_in, tab, till

__all__ = ["anna", "stand_in", "tab", "till"]
pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


def new_codes(staff: User) -> tuple[str, ...]:
    now = timezone.now()
    wanted = Wanted(
        title="Summer fair", count=2, amount_cp=50_00, source="code", lot_days=30, starts_at=now,
        ends_at=now + timedelta(days=1), per_user_max=1, redemptions_max=2, reason="test",
        note="", key="form",
    )  # fmt: skip
    batch = propose_batch(wanted=wanted, staff=staff, now=now)
    return make_codes(batch_id=batch.pk, staff=staff, now=now).codes


def sign_up_by(link: str, friend: Page, settings: Any) -> None:
    """From the link to a confirmed address."""
    cache.clear()
    friend.goto(link)
    expect(friend.get_by_text("A friend invited you: 30.00 bonus points")).to_be_visible()
    friend.get_by_label("Email").fill("eve@example.com")
    friend.get_by_label("Password", exact=True).fill(PASSWORD)
    friend.get_by_label("Password (again)").fill(PASSWORD)
    friend.get_by_role("button", name="Sign up").click()
    expect(friend.get_by_label("Code")).to_be_visible()
    mails = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=os.path.getmtime)
    code = re.search(r"^([A-Z0-9-]{6,})$", mails[-1].read_text(), re.MULTILINE)
    assert code is not None
    friend.get_by_label("Code").fill(code.group(1))
    friend.get_by_role("button", name="Confirm").click()
    expect(friend.get_by_text("Today's 66 points are in your wallet.")).to_be_visible()


def test_a_code_and_a_friend(tab: Page, portal: str, paula: User, settings: Any) -> None:
    code = new_codes(paula)[0]
    tab.goto(f"{portal}/wallet/")
    tab.get_by_role("link", name="Redeem a code").click()
    tab.get_by_label("Redeem code", exact=True).fill(shown(code).lower().replace("-", " "))
    tab.get_by_role("button", name="Redeem").click()
    expect(tab.get_by_text("50.00 points are in your wallet.")).to_be_visible()
    expect(tab.get_by_role("listitem").filter(has_text=code[-4:])).to_contain_text("+50.00")
    expect(tab.locator("#purse")).to_contain_text("116.00")
    shot(tab, "redeem")

    tab.goto(f"{portal}/wallet/")
    shot(tab, "wallet")
    tab.get_by_role("link", name="Invite friends").click()
    link = tab.get_by_label("Your link").input_value()
    context = tab.context.browser.new_context()  # type: ignore[union-attr]
    try:
        friend = context.new_page()
        friend.set_default_timeout(30_000)
        sign_up_by(link, friend, settings)
        tab.reload()
        expect(tab.get_by_text("Signed up. The first purchase is still to come.")).to_be_visible()
        friend.goto(f"{portal}/topup/?amount=10")
        for consent in friend.get_by_label("I want my points at once").all():
            consent.check()
        friend.get_by_role("button", name="To the pay page").click()
        pay(friend)
        paid = friend.get_by_role("heading", name="100 points are in your wallet")
        expect(paid).to_be_visible()
    finally:
        context.close()

    now = timezone.now()
    follow_referrals(now=now)
    tab.reload()
    expect(tab.get_by_text("Pending until")).to_be_visible()
    assert Referral.objects.get().order is not None
    follow_referrals(now=now + launch.REFERRALS.delay)
    tab.reload()
    expect(tab.get_by_text("Earned on")).to_be_visible()
    shot(tab, "friends")
    expect(tab.locator("main")).not_to_contain_text("eve@example.com")
    tab.goto(f"{portal}/statement/")
    expect(tab.get_by_text("A friend you invited bought points")).to_be_visible()
    shot(tab, "statement")
