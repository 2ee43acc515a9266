"""A picture sent, animated and continued, in a real browser before a real worker."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from billing.services.gifts import give_membership
from generation.models import Job
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.portal.browser.test_journeys import RENDERED_MS, sign_in
from tests.uploads import files

pytestmark = [pytest.mark.browser, pytest.mark.engine]

PHOTOGRAPH: FilePayload = {
    "name": "fox.jpg",
    "mimeType": "image/jpeg",
    "buffer": files.encoded(files.gradient(800, 600), "JPEG"),
}


def test_the_price_follows_every_choice(portal: str, clean_page: Page, person: Person) -> None:
    page = clean_page
    sign_in(page, portal, person("anna"))
    page.get_by_label("Prompt").fill("A hare in the grass")
    price = page.locator("#price")
    page.get_by_role("radio", name="Video", exact=True).check(force=True)
    expect(price).to_contain_text("10.00")
    page.get_by_label("Length").select_option("10")
    expect(price).to_contain_text("20.00")
    page.get_by_label("Quality").select_option("high")
    expect(price).to_contain_text("70.00")
    expect(price).to_contain_text("Gold opens it, from ¥66 a month.")
    expect(page.get_by_role("button", name=re.compile("^Generate"))).to_have_count(0)
    page.get_by_label("Quality").select_option("standard")
    page.get_by_text("Camera").click()
    slider = page.get_by_label("Nearer and farther")
    slider.fill("7")
    expect(page.locator("output[data-of=camera_zoom]")).to_have_text("7")
    expect(price).to_contain_text("Platinum opens it, from ¥266 a month.")
    slider.fill("0")
    expect(page.get_by_role("button", name="Generate · 20.00 points")).to_be_visible()
    # The words stay while the kind changes.
    page.get_by_role("radio", name="Picture", exact=True).check(force=True)
    expect(page.get_by_role("button", name="Generate · 0.20 points")).to_be_visible()
    expect(page.get_by_label("Prompt")).to_have_value("A hare in the grass")


def test_a_photograph_is_animated_and_the_clip_extended(
    live: LiveStack, portal: str, clean_page: Page, person: Person
) -> None:
    page = clean_page
    anna = person("anna")
    give_membership(user=anna, plan="gold", period="month", reason="test", now=timezone.now())
    sign_in(page, portal, anna)
    page.get_by_role("radio", name="Picture to video").check(force=True)
    page.get_by_label("The picture it ends with").set_input_files(
        {"name": "fox.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    expect(page.get_by_text("This is not a JPEG, PNG or WebP picture.")).to_be_visible()
    page.get_by_label("The picture it begins with").set_input_files(PHOTOGRAPH)
    shown = page.get_by_role("img", name="The picture you sent")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 800
    page.get_by_label("Prompt").fill("The light moves")
    page.get_by_role("button", name="Generate · 10.00 points").click()
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=RENDERED_MS)

    page.get_by_role("link", name="Extend").click()
    page.get_by_label("Length").select_option("10")
    page.get_by_role("button", name="Generate · 20.00 points").click()
    expect(page.get_by_text("Spent on this job")).to_be_visible(timeout=RENDERED_MS)
    expect(page.locator("figcaption")).to_contain_text("15 s")
    clip = page.locator("video").first
    length = clip.evaluate(
        "clip => new Promise(done => clip.readyState ? done(clip.duration)"
        " : clip.onloadedmetadata = () => done(clip.duration))"
    )
    assert abs(length - 15) < 0.5
    lineage = page.get_by_role("navigation", name="What it comes from and what became of it")
    lineage.get_by_role("link", name="Clip of 5 s").click()
    expect(page.get_by_role("heading", name="The light moves")).to_be_visible()
    expect(lineage.get_by_role("link", name="Extended")).to_be_visible()
    assert Job.objects.filter(state="succeeded").count() == 2
