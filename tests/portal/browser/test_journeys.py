"""The main way through the product, in a real browser before a real worker."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from generation.models import Job
from tests.conftest import PASSWORD, Person
from tests.live_stack import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.engine]

RENDERED_MS = 90_000


def sign_in(page: Page, portal: str, user: User) -> None:
    page.goto(f"{portal}/account/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=re.compile("^Generate"))).to_be_visible()


def test_from_sign_up_to_a_picture(live: LiveStack, portal: str, clean_page: Page) -> None:
    page = clean_page
    page.goto(portal)
    page.get_by_role("link", name="Start with 66 free points").click()
    page.get_by_label("Email").fill("eve@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the development mailbox").click()
    mailbox = opened.value
    mailbox.get_by_role("link", name=re.compile("Your code")).click()
    body = mailbox.locator("article").inner_text()
    code = re.search(r"^([A-Z0-9-]{6,})$", body, re.MULTILINE)
    assert code is not None
    mailbox.close()

    page.get_by_label("Code").fill(code.group(1))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Today's 66 points are in your wallet.")).to_be_visible()
    expect(page.locator("#purse")).to_contain_text("66.00")
    expect(page.locator("#price")).to_contain_text("65.80 left")

    page.get_by_label("Prompt").fill("A fox in the snow, ink and wash")
    page.get_by_role("button", name="Generate · 0.20 points").click()
    expect(page.get_by_role("heading", name="A fox in the snow")).to_be_visible()
    # Where it is quick, it is done before anybody has looked.
    promised = page.get_by_text("and your points come back by themselves")
    expect(promised.or_(page.get_by_text("Spent on this job"))).to_be_visible()
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=RENDERED_MS)
    # The card swapped itself: picture, points and buttons are there without a reload.
    expect(page.locator("#purse")).to_contain_text("65.80")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    picture = page.get_by_role("img", name="A fox in the snow")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert re.fullmatch(r"inkling-[0-9a-f-]{36}\.png", download.value.suggested_filename)

    page.get_by_role("link", name="Wallet", exact=True).first.click()
    expect(page.get_by_label("Points", exact=True)).to_contain_text("65.80")
    expect(page.get_by_text("used next")).to_be_visible()
    page.get_by_role("link", name="Statement", exact=True).first.click()
    lines = page.locator("tbody tr")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("Spent on a job")
    expect(lines.nth(1)).to_contain_text("−0.20")
    expect(lines.nth(2)).to_contain_text("+66.00")
    page.get_by_role("link", name="Gallery", exact=True).first.click()
    expect(page.locator("main ul li")).to_have_count(1)


def test_a_video_is_canceled(
    live: LiveStack, portal: str, clean_page: Page, person: Person
) -> None:
    page = clean_page
    sign_in(page, portal, person("anna"))
    page.get_by_text("Video", exact=True).click()
    page.get_by_label("Prompt").fill("Ink dropped into water")
    # The small checkpoint makes a clip in a second or two: the worker waits for the cancel.
    live.pause()
    page.get_by_role("button", name="Generate · 10.00 points").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Canceled. The points are back in your wallet.")).to_be_visible()
    live.resume()
    expect(page.locator("#purse")).to_contain_text("66.00")
    expect(page.get_by_role("heading", name="You were not charged")).to_be_visible()


def test_by_keyboard_alone(live: LiveStack, portal: str, clean_page: Page, person: Person) -> None:
    page = clean_page
    sign_in(page, portal, person("anna"))
    page.goto(f"{portal}/create/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Picture", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Generate · 10.00 points")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Generate · 0.20 points")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("A heron at dawn")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=RENDERED_MS)
    assert Job.objects.get().params["prompt"] == "A heron at dawn"


def test_it_ends_before_the_users_eyes_without_a_stream(
    live: LiveStack, portal: str, page: Page, person: Person
) -> None:
    """Between them sits a proxy that lets no stream through."""
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    page.route("**/events/**", refuse)
    sign_in(page, portal, person("anna"))
    page.get_by_label("Prompt").fill("A lamp in the fog")
    page.get_by_role("button", name="Generate · 0.20 points").click()
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=RENDERED_MS)
    expect(page.get_by_role("img", name="A lamp in the fog")).to_be_visible()
    expect(page.locator("#purse")).to_contain_text("65.80")
    assert refused
