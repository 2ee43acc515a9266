"""Effects and creatives in a real browser, with a real worker."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import User
from generation.models import Campaign, Job
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.portal.browser.test_journeys import sign_in
from tests.uploads import files

pytestmark = [pytest.mark.browser, pytest.mark.engine]


@pytest.fixture
def anna(live: LiveStack, portal: str, person: Person) -> User:
    """Anna; signing in gives her the day's points."""
    return person("anna")


def picture(name: str, width: int = 640, height: int = 480) -> FilePayload:
    data = files.encoded(files.gradient(width, height))
    return {"name": name, "mimeType": "image/png", "buffer": data}


def test_a_photograph_becomes_a_clip(portal: str, clean_page: Page, anna: User) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    page.goto(f"{portal}/effects/")
    page.get_by_role("link", name=re.compile("Photos from forty years ago")).click()
    expect(page.get_by_role("button", name="Generate · 10.00 points")).to_be_visible()
    page.get_by_label("Photograph").set_input_files(picture("family.png"))
    page.get_by_label(re.compile("The people in these pictures")).check()
    page.get_by_role("button", name="Generate · 10.00 points").click()
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=60_000)
    expect(page.locator("#job-canvas video")).to_be_visible()
    job = Job.objects.get()
    assert (job.kind, job.captured_cp, job.consent_version) == ("effect", 1000, "1")


def test_the_price_follows_the_length(portal: str, clean_page: Page, anna: User) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    page.goto(f"{portal}/effects/old-photo-alive/")
    page.get_by_label("Length").select_option("10")
    expect(page.get_by_role("button", name="Generate · 20.00 points")).to_be_visible()
    page.get_by_label("Quality").select_option("high")
    expect(page.get_by_role("link", name="See the plans")).to_be_visible()


def test_creatives_for_a_campaign_and_its_clicks(portal: str, clean_page: Page, anna: User) -> None:
    page = clean_page
    sign_in(page, portal, anna)
    page.goto(f"{portal}/creatives/")
    page.get_by_label("Name").fill("Spring")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("link", name="More pieces").click()
    expect(page.get_by_label("Campaign", exact=True)).to_have_value(str(Campaign.objects.get().pk))
    page.get_by_label("Product picture").set_input_files(picture("tea.png", 500, 500))
    page.get_by_label("What is it?").fill("green tea")
    page.get_by_label("Lines to write on them").fill("Fresh today\n新品上市")
    page.get_by_label("Pieces").fill("3")
    page.get_by_label("Pieces").press("Tab")
    page.get_by_role("button", name="Generate · 14.10 points").click()
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=60_000)
    expect(page.locator("#job-canvas img")).to_have_count(3)
    page.goto(f"{portal}/campaigns/{Campaign.objects.get().pk}/")
    best = str(Job.objects.get().artifacts.last().id)  # type: ignore[union-attr]
    text = f"artifact,impressions,clicks\n{best},400,10\n"
    page.get_by_label("CSV file").set_input_files(
        {"name": "counts.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("1 rows: 1 new")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("2.50 %")
    expect(page.locator("tbody tr").first).to_contain_text(best)
