"""A prompt refused and appealed, a picture deleted, in a real browser before a real worker."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from generation.models import Artifact, Job, Verdict
from generation.services.appeals import decide
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.portal.browser.test_journeys import RENDERED_MS, sign_in

pytestmark = pytest.mark.browser


def test_refused_appealed_allowed(portal: str, page: Page, person: Person, paula: User) -> None:
    # Not the clean page: Chromium itself notes the 422 of a refusal in its console.
    anna = person("anna")
    sign_in(page, portal, anna)
    page.goto(f"{portal}/rules/")
    expect(page.get_by_text("All is well")).to_be_visible()
    page.goto(f"{portal}/create/")
    page.get_by_label("Prompt").fill("The poster of a film called p.o.r.n star wars, neon")
    page.get_by_role("button", name=re.compile("^Generate")).click()
    expect(page.get_by_text("You were not charged.")).to_be_visible()
    page.get_by_role("link", name="What was found, and how to ask a person").click()
    expect(page.locator("mark")).to_have_text("p.o.r.n")
    page.get_by_label("Was the rule wrong?").fill("It is the title of a parody.")
    page.get_by_role("button", name="Ask a person to look").click()
    expect(page.get_by_text("The answer comes here.").first).to_be_visible()
    decide(
        verdict_id=Verdict.objects.get().id,
        outcome="allow_once",
        reason="context",
        note="",
        by=paula,
        now=timezone.now(),
    )
    page.reload()
    expect(page.get_by_text("Allow this input once")).to_be_visible()


@pytest.mark.engine
def test_a_picture_is_shown_small_and_deleted(
    live: LiveStack, portal: str, clean_page: Page, person: Person
) -> None:
    page = clean_page
    sign_in(page, portal, person("anna"))
    page.get_by_label("Prompt").fill("A hare in the grass")
    page.get_by_role("button", name=re.compile("^Generate")).click()
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=RENDERED_MS)
    artifact = Artifact.objects.get()
    assert artifact.poster_name
    page.goto(f"{portal}/gallery/")
    small = page.locator("main img").first
    assert "/artifacts/poster/" in str(small.get_attribute("src"))
    width = small.evaluate("async image => { await image.decode(); return image.naturalWidth }")
    assert width == 480
    small.click()
    expect(page.get_by_text("on your plan; download what you want to keep.")).to_be_visible()
    page.get_by_text("Delete the files").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("With the same seed and prompt it can be made again.")).to_be_visible()
    assert Job.objects.get().state == "succeeded"
