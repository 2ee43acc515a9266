"""What only a browser can show: scripts that help, and pages that do without them."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from generation.models import Job
from generation.services.jobs import cancel_job
from tests.conftest import Person
from tests.jobs_by_hand import Submit
from tests.portal.browser.test_journeys import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def anna(person: Person, portal: str) -> User:
    """Anna; signing in gives her the day's points."""
    return person("anna")


def test_a_double_click_makes_one_job(portal: str, clean_page: Page, anna: User) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    page.get_by_label("Prompt").fill("a fox")
    page.get_by_role("button", name="Generate · 0.20 points").dblclick()
    expect(page.get_by_role("heading", name="a fox")).to_be_visible()
    assert Job.objects.count() == 1


def test_again_makes_a_second_job_with_the_same_seed(
    portal: str, clean_page: Page, anna: User, submit: Submit
) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    now = timezone.now()
    job = submit(anna, "video", params={"prompt": "a fox", "seed": 42}, now=now)
    cancel_job(user=anna, job_id=job.id, now=now)
    page.goto(f"{portal}/jobs/{job.id}/")
    page.get_by_role("link", name="Again with the same seed").click()
    expect(page.get_by_label("Prompt")).to_have_value("a fox")
    expect(page.get_by_label("Seed")).to_have_value("42")
    page.get_by_role("button", name="Generate · 10.00 points").click()
    expect(page.get_by_role("heading", name="a fox")).to_be_visible()
    assert list(Job.objects.values_list("seed", flat=True)) == [42, 42]


def test_times_are_the_readers_and_the_points_days(
    portal: str, clean_page: Page, anna: User
) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    page.goto(f"{portal}/wallet/")
    daily = page.get_by_label("Daily points", exact=True)
    expect(daily).to_contain_text("00:00 in Shanghai")
    expect(daily).to_contain_text("01:00 where you are (Tokyo)")
    clock = daily.locator("time[data-countdown]")
    before = clock.inner_text()
    assert re.fullmatch(r"\d\d:\d\d:\d\d", before)
    expect(clock).not_to_have_text(before)


def test_the_appearance_changes_without_a_reload_and_stays(portal: str, clean_page: Page) -> None:
    page = clean_page
    page.goto(portal)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    page.goto(f"{portal}/prices/")
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="As the device").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "night")


def test_chinese_and_back(portal: str, clean_page: Page) -> None:
    page = clean_page
    page.goto(portal)
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="今日价格")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Today's prices")).to_be_visible()


def test_a_new_key_can_be_copied_from_the_page(portal: str, clean_page: Page, anna: User) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    page.goto(f"{portal}/keys/")
    page.get_by_label("Name of a new key").fill("blog")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile("^ink_"))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_label("Secret", exact=True)).to_be_focused()


def test_everything_without_a_script(browser: Browser, portal: str, anna: User) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, portal, anna)
    page.get_by_text("Video", exact=True).click()
    page.get_by_label("Prompt").fill("waves")
    # The price on the page is still the picture's: the first press shows the video's.
    page.get_by_role("button", name="Generate · 0.20 points").click()
    page.get_by_role("button", name="Generate · 10.00 points").click()
    expect(page.get_by_role("heading", name="Set aside for this job")).to_be_visible()
    expect(page.locator("#job-money")).to_contain_text("10.00")
    assert 'http-equiv="refresh"' in page.content()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("You canceled it")).to_be_visible()
    page.goto(f"{portal}/")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    context.close()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(
    portal: str, clean_page: Page, anna: User, width: int
) -> None:
    page = clean_page
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, portal, anna)
    for path in ("/", "/create/", "/gallery/", "/wallet/", "/statement/", "/keys/", "/account/"):
        page.goto(f"{portal}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
