"""Webhook pages: made, secret once, tried, paused, rotated, sent again, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User, WebhookDelivery, WebhookEndpoint
from accounts.services.webhook_endpoints import BY_HAND_MAX
from accounts.tasks import send_webhooks
from accounts.webhooks.event_types import NAMES
from tests.portal.conftest import Visitor
from tests.portal.pages import faults_of, page_of
from tests.servers.receiver import receiving
from tests.webhooks.test_deliveries import happen

URL = "https://shop.example/hooks"


@pytest.fixture
def hers(annas: Client, rich_anna: User) -> str:
    """The page of an endpoint of Anna's."""
    annas.post("/webhooks/", {"url": URL, "description": "shop"})
    return f"/webhooks/{WebhookEndpoint.objects.get().pk}/"


def test_an_endpoint_is_made_and_its_secret_shown_once(annas: Client) -> None:
    form = {"url": URL, "event_types": ["job.failed", "job.succeeded"], "form_key": "k"}
    response = annas.post("/webhooks/", form)
    secret = page_of(response).all("input", id="secret")[0]["value"]
    assert secret.startswith("whsec_")
    assert faults_of(response.content.decode()) == []
    annas.post("/webhooks/", form)
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.event_types == ["job.succeeded", "job.failed"]
    later = annas.get("/webhooks/").content.decode()
    assert secret not in later
    assert URL in later


def test_all_events_ticked_means_everything(annas: Client) -> None:
    annas.post("/webhooks/", {"url": URL, "event_types": list(NAMES)})
    assert WebhookEndpoint.objects.get().event_types == []


@pytest.mark.parametrize("url", ["", "http://shop.example/", "https://10.0.0.1/", "shop"])
def test_an_address_that_nothing_can_be_sent_to(annas: Client, url: str) -> None:
    response = annas.post("/webhooks/", {"url": url, "event_types": ["job.failed"]})
    assert response.status_code == 422
    page = page_of(response)
    assert "Nothing can be sent to this address." in page.text
    [ticked] = [box for box in page.all("input", name="event_types") if "checked" in box]
    assert ticked["value"] == "job.failed"
    assert not WebhookEndpoint.objects.exists()


def test_a_test_is_sent_and_its_answer_shown(annas: Client, hers: str, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_RECEIVERS = True
    with receiving(status=500, answer=b"<b>broken</b>") as receiver:
        annas.post(hers, {"url": receiver.url})
        landed = annas.post(f"{hers}test/", {"form_key": "t"})
        assert landed.status_code == 302
        annas.post(f"{hers}test/", {"form_key": "t"})
        send_webhooks()
        response = annas.get(landed["Location"])
        page = page_of(response)
        for words in ("#1", "500", "<b>broken</b>", "next try", "webhook.test"):
            assert words in page.text
        assert faults_of(response.content.decode()) == []
        assert "next try" in page_of(annas.get(hers)).text
        receiver.status = 200
        annas.post(f"{landed['Location']}again/", {"form_key": "a"})
        send_webhooks()
        assert "delivered" in page_of(annas.get(hers)).text
    assert len(receiver.heard) == 2


def test_paused_and_switched_on(annas: Client, hers: str) -> None:
    page = page_of(annas.post(f"{hers}switch/", {"enabled": "no"}, follow=True))
    assert "This endpoint is paused" in page.text
    refused = annas.post(f"{hers}test/", follow=True)
    assert "switch it on first" in page_of(refused).text
    page = page_of(annas.post(f"{hers}switch/", {"enabled": "yes"}, follow=True))
    assert "This endpoint is paused" not in page.text


def test_a_new_secret_is_shown_once(annas: Client, hers: str) -> None:
    response = annas.post(f"{hers}rotate/", {"overlap_hours": "3", "form_key": "r"})
    page = page_of(response)
    assert page.all("input", id="secret")[0]["value"].startswith("whsec_")
    assert "also signs until" in page.text
    for hours in ("", "169", "-1", "x"):
        assert annas.post(f"{hers}rotate/", {"overlap_hours": hours}).status_code == 422


def test_one_that_is_switched_off_says_why(annas: Client, hers: str) -> None:
    WebhookEndpoint.objects.update(state="disabled", state_reason="gone")
    assert "It answered 410" in page_of(annas.get(hers)).text


def test_the_log_goes_on_on_another_page(annas: Client, rich_anna: User, hers: str) -> None:
    for number in range(BY_HAND_MAX + 1):
        said = annas.post(f"{hers}test/", {"form_key": str(number)}, follow=True)
    assert "wait for the next" in page_of(said).text
    for number in range(26 - BY_HAND_MAX):
        happen(rich_anna, f"m:{number}")
    first = page_of(annas.get(hers))
    [older] = [link["href"] for link in first.all("a") if link["href"].startswith("?before=")]
    assert len([link for link in first.all("a") if "/deliveries/" in link["href"]]) == 25
    second = page_of(annas.get(f"{hers}{older}"))
    assert len([link for link in second.all("a") if "/deliveries/" in link["href"]]) == 1
    assert annas.get(f"{hers}?before=x").status_code == 404


def test_it_is_deleted_with_its_log(annas: Client, hers: str) -> None:
    annas.post(f"{hers}test/")
    assert annas.post(f"{hers}delete/").status_code == 302
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_anothers_is_not_there(annas: Client, stranger: Client, hers: str) -> None:
    annas.post(f"{hers}test/")
    delivery = f"{hers}deliveries/{WebhookDelivery.objects.get().pk}/"
    for path in (hers, delivery):
        assert stranger.get(path).status_code == 404
    for path in (hers, *(f"{hers}{verb}/" for verb in ("switch", "rotate", "test", "delete"))):
        assert stranger.post(path, {"url": URL}).status_code == 404
    assert stranger.post(f"{delivery}again/").status_code == 404
    assert URL not in page_of(stranger.get("/webhooks/")).text


def test_the_desk_looks_on(annas: Client, hers: str, paula: User, as_user: Visitor) -> None:
    annas.post(f"{hers}test/")
    User.objects.filter(pk=paula.pk).update(is_superuser=True)
    desk = as_user(User.objects.get(pk=paula.pk))
    for kind, row in (("endpoint", WebhookEndpoint), ("delivery", WebhookDelivery)):
        base = f"/admin/accounts/webhook{kind}/"
        assert URL in desk.get(base).content.decode() or kind == "delivery"
        assert desk.get(f"{base}{row.objects.get().pk}/change/").status_code == 200
        assert desk.get(f"{base}add/").status_code == 403
