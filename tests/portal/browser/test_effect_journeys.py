"""Effects, creatives and a team's campaign in a real browser, with a real worker."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import User
from billing.services.gifts import give_membership
from billing.services.team_mail import mail_invitations
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


def looks(page: Page, name: str) -> None:
    """Pictures of a page in both themes and on a phone, where they are asked for."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 720})


def mailed_link(live: LiveStack, settings: Any) -> str:
    """The link of the invitation, out of the mail, which this process sends."""
    assert mail_invitations(now=timezone.now()) == 1
    os.killpg(live.pid("background"), signal.SIGCONT)
    [file] = Path(settings.EMAIL_FILE_PATH).glob("*.log")
    [link] = re.findall(r"http\S+/team/join/\S+/", file.read_text())
    return str(link)


def test_a_member_spends_within_an_envelope_and_the_owner_reads_it(
    portal: str, clean_page: Page, anna: User, live: LiveStack, person: Person, settings: Any
) -> None:
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    settings.PUBLIC_URL = portal
    bert, owner = person("bert"), clean_page
    sign_in(owner, portal, anna)
    owner.goto(f"{portal}/team/")
    owner.get_by_label("Name").fill("Studio")
    owner.get_by_role("button", name="Make a team").click()
    os.killpg(live.pid("background"), signal.SIGSTOP)  # it would mail into its own memory
    owner.get_by_label("Offer a seat to").fill(bert.email)
    owner.get_by_role("button", name="Offer", exact=True).click()
    expect(owner.get_by_text("a mail with a link is on its way")).to_be_visible()
    link = mailed_link(live, settings)
    owner.goto(f"{portal}/creatives/")
    owner.get_by_label("Name").fill("Spring")
    owner.get_by_label("For", exact=True).select_option("Studio")
    owner.get_by_label("Most points in all").fill("0.30")
    owner.get_by_role("button", name="Make it").click()
    expect(owner.get_by_text("of 0.30 in all")).to_be_visible()

    assert owner.context.browser is not None
    context = owner.context.browser.new_context(locale="en-GB", reduced_motion="reduce")
    member = context.new_page()
    member.set_default_timeout(15_000)
    sign_in(member, portal, bert)
    member.goto(link)
    member.get_by_role("button", name="Take the seat").click()
    expect(member.get_by_text("You have a seat in Studio.")).to_be_visible()
    for ends in ("made", "refused"):
        member.goto(f"{portal}/create/")
        member.get_by_label("Prompt").fill("a fox")
        member.get_by_label("Paid by").select_option("Studio")
        expect(member.locator("#price")).to_contain_text(re.compile("2999.[68]0 left"))
        member.get_by_label("Campaign", exact=True).select_option(str(Campaign.objects.get().pk))
        looks(member, f"create-{ends}")
        member.get_by_role("button", name="Generate · 0.20 points").click()
        if ends == "made":
            expect(member.get_by_text("Spent on this job")).to_be_visible(timeout=60_000)
    expect(member.get_by_role("alert")).to_contain_text("The campaign Spring may take 0.30 points")
    looks(member, "refused")
    member.goto(f"{portal}/creatives/")
    looks(member, "member-creatives")
    context.close()
    job = Job.objects.get()
    assert (job.user, job.captured_cp, job.campaign) == (bert, 20, Campaign.objects.get())

    owner.goto(f"{portal}/team/")
    looks(owner, "team")
    owner.get_by_role("link", name="Who spent what").click()
    row = owner.locator("tbody tr")
    expect(row).to_have_count(1)
    for said in (bert.email, "Spring", "0.20"):
        expect(row).to_contain_text(said)
    looks(owner, "spending")
    owner.goto(f"{portal}/creatives/")
    looks(owner, "creatives")
    owner.get_by_role("link", name=re.compile("^Spring")).click()
    expect(owner.get_by_text("0.10", exact=True)).to_be_visible()
    looks(owner, "campaign")
    owner.goto(f"{portal}/team/")
    owner.get_by_role("link", name="Invoice data").click()
    owner.get_by_label("Legal name").fill("Studio GmbH")
    owner.get_by_label("Mail for invoices").fill("books@example.com")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Your next documents are made out like this.")).to_be_visible()
    looks(owner, "invoice-data")
