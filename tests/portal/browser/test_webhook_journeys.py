"""Webhooks in Chromium: added, tested, read, paused, in Chinese too; sent by the real task."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks.webhooks import Webhook

from accounts.tasks import send_webhooks
from tests.conftest import PASSWORD, Person
from tests.servers.receiver import receiving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS")


def test_an_endpoint_from_the_first_line_to_a_test_read(
    clean_page: Page, portal: str, person: Person, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE_RECEIVERS = True
    page = clean_page
    anna = person("anna")
    with receiving(status=200, answer=b"taken") as receiver:
        page.goto(f"{portal}/account/login/?next=/webhooks/")
        page.get_by_label("Email").fill(anna.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_label("A job waits").uncheck()
        page.get_by_role("button", name="Add the endpoint").click()
        secret = page.get_by_label("Secret", exact=True).input_value()
        page.get_by_role("link", name="Open").click()
        expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("Not tried yet.")).to_be_visible()
        send_webhooks()
        page.reload()
        expect(page.get_by_text("taken", exact=True)).to_be_visible()
        _shot(page, "webhook-delivery")
        heard = receiver.heard[0]
        assert Webhook(secret).verify(heard.body, heard.headers)["type"] == "webhook.test"
    page.get_by_role("link", name="Webhook endpoint").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("This endpoint is paused")).to_be_visible()
    _shot(page, "webhook")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": portal}])
    page.goto(f"{portal}/webhooks/")
    expect(page.get_by_role("button", name="添加接收地址")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    _shot(page, "webhooks-zh")


def _shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
