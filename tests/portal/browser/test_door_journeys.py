"""Through the door in Chromium: apply, sign up, second factors, sessions, export, close."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Application, Export, User
from accounts.services.door_mail import send_door_mail
from accounts.services.exports import make_exports
from accounts.services.invitations import invite_by_hand
from accounts.services.registration import change_registration
from tests.conftest import PASSWORD, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(autouse=True)
def here(settings: Any, tmp_path: Path, portal: str) -> None:
    """Links in mails lead to this server; archives are kept apart."""
    cache.clear()
    settings.PUBLIC_URL = portal
    settings.EXPORT_DIR = tmp_path / "exports"


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def mails(settings: Any) -> list[str]:
    """Texts of the mails that were sent, oldest first."""
    send_door_mail(now=timezone.now())
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"))
    return [file.read_text() for file in files]


def link_of(settings: Any, start: str) -> str:
    """The newest mailed link that begins so."""
    found = re.findall(rf"http\S+/{start}/\S+/", "\n".join(mails(settings)))
    return str(found[-1])


def sign_in(page: Page, portal: str, email: str) -> None:
    page.goto(f"{portal}/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_who(page: Page) -> None:
    """The question who it is, answered with the password."""
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def test_apply_wait_invited_and_in(clean_page: Page, portal: str, settings: Any) -> None:
    page = clean_page
    change_registration(
        state="waitlist", at=None, actor="command:test", reason="a test", now=timezone.now()
    )
    page.goto(portal)
    shot(page, "door-landing")
    page.get_by_role("link", name="Join the waiting list").click()
    page.get_by_label("E-mail address").fill("wanda@example.com")
    page.get_by_label("What for").select_option("art")
    shot(page, "door-apply")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(link_of(settings, "waitlist"))
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.locator("[data-place]")).to_have_text("1")
    shot(page, "door-place")

    invite_by_hand(
        ids=[Application.objects.get().pk],
        days=7,
        key="first",
        actor="command:test",
        reason="a test",
        now=timezone.now(),
    )
    page.goto(link_of(settings, "invitation"))
    expect(page.get_by_label("Email")).to_have_value("wanda@example.com")
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    shot(page, "door-signup")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/confirm-email/")
    code = re.findall(r"^([A-Z0-9]{2,}-?[A-Z0-9]{2,})$", "\n".join(mails(settings)), re.MULTILINE)[
        -1
    ]
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/create/")
    assert Application.objects.get().state == "joined"


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_an_authenticator_app(clean_page: Page, portal: str, person: Person) -> None:
    page, anna = clean_page, person("anna")
    sign_in(page, portal, anna.email)
    page.wait_for_url("**/create/")
    page.goto(f"{portal}/account/2fa/")
    shot(page, "security")
    page.get_by_role("link", name="Set up").first.click()
    confirm_who(page)
    secret = page.locator("#authenticator_secret").input_value()
    shot(page, "totp")
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Activate").click()
    page.wait_for_url("**/recovery-codes/")
    shot(page, "recovery")
    page.goto(f"{portal}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    cache.clear()
    sign_in(page, portal, anna.email)
    page.wait_for_url("**/2fa/authenticate/**")
    shot(page, "authenticate")
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Sign In").click()
    page.wait_for_url("**/create/")


def test_a_passkey_signs_in_without_a_password(
    browser: Browser, live_server: Any, portal: str, person: Person
) -> None:
    """Chromium's own virtual authenticator, with a resident key that verifies its user."""
    site = portal.replace("127.0.0.1", "localhost")
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    anna = person("anna")
    sign_in(page, site, anna.email)
    page.wait_for_url("**/create/")
    page.goto(f"{site}/account/2fa/webauthn/add/")
    confirm_who(page)
    page.get_by_label("Passwordless").check()
    shot(page, "passkey-add")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes/")
    assert Authenticator.objects.filter(user=anna, type="webauthn").count() == 1
    page.goto(f"{site}/account/2fa/webauthn/")
    confirm_who(page)
    expect(page.get_by_text("Passkey", exact=True)).to_be_visible()
    shot(page, "passkeys")
    page.goto(f"{site}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    cache.clear()
    page.goto(f"{site}/account/login/")
    shot(page, "login")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/create/")
    context.close()


def test_sessions_export_and_close(
    clean_page: Page, portal: str, person: Person, browser: Browser
) -> None:
    page, anna = clean_page, person("anna")
    phone = browser.new_context(user_agent="A phone of mine").new_page()
    phone.set_default_timeout(15_000)
    sign_in(phone, portal, anna.email)
    phone.wait_for_url("**/create/")
    sign_in(page, portal, anna.email)
    page.wait_for_url("**/create/")
    page.goto(f"{portal}/account/sessions/")
    expect(page.get_by_text("A phone of mine")).to_be_visible()
    shot(page, "sessions")
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text("A phone of mine")).to_be_hidden()
    phone.goto(f"{portal}/create/")
    phone.wait_for_url("**/account/login/**")
    phone.context.close()

    page.goto(f"{portal}/account/profile/")
    page.get_by_label("Name").fill("Anna L.")
    page.get_by_label("Time zone of what is shown").select_option("America/New_York")
    shot(page, "profile")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Your profile is kept.")).to_be_visible()

    page.goto(f"{portal}/account/")
    shot(page, "settings")
    page.goto(f"{portal}/account/data/")
    confirm_who(page)
    page.get_by_role("button", name="Make an archive").click()
    expect(page.get_by_text("being made")).to_be_visible()
    make_exports(now=timezone.now())
    page.reload()
    shot(page, "data")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").click()
    assert saved.value.path().stat().st_size == Export.objects.get().bytes

    page.goto(f"{portal}/account/close/")
    shot(page, "close")
    page.get_by_label("Your e-mail address, to confirm").fill(anna.email)
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_text("Your account is closed.")).to_be_visible()
    assert User.objects.get(pk=anna.pk).closed_at is not None
