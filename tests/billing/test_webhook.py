"""The webhook's door: the raw body, its signature, its age, rolled secrets, the right mode."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.models import StripeEndpoint, StripeEvent
from tests.billing.shop import TEN_YUAN, Shop
from tests.servers.stripe.signing import signature_header

SECRET = "whsec_of_the_tests"


@pytest.fixture
def _secret(settings: Settings, db: None) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


def body(**changed: Any) -> bytes:
    """An event as Stripe writes it."""
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "created": int(time.time()),
        "data": {"object": {"id": "cs_test_1", "note": "十积分"}},
        **changed,
    }
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def post(raw: bytes, *, secret: str = SECRET, age_s: int = 0, header: str | None = None) -> int:
    """The status of an answer to a signed body."""
    signed = header or signature_header(raw, [secret], int(time.time()) - age_s)
    answer = Client().post(
        "/webhooks/stripe", raw, "application/json", headers={"Stripe-Signature": signed}
    )
    return answer.status_code


@pytest.mark.usefixtures("_secret")
def test_23_the_body_is_verified_as_it_came() -> None:
    raw = body()
    header = signature_header(raw, [SECRET], int(time.time()))
    again = json.dumps(json.loads(raw)).encode()
    assert post(again, header=header) == 400
    assert post(raw, header=header) == 200
    assert StripeEvent.objects.get().object_id == "cs_test_1"


@pytest.mark.usefixtures("_secret")
@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"no json", b"\xff\xfe", b'{"object":"event"}', b'{"id": 1}']
)
def test_23_signed_nonsense_is_refused_quietly(raw: bytes) -> None:
    assert post(raw) == 400
    assert StripeEvent.objects.count() == 0


@pytest.mark.usefixtures("_secret")
@pytest.mark.parametrize("header", ["nonsense", "t=1,v1=00", "t=x,v1=", ","])
def test_23_a_bad_header_is_refused(header: str) -> None:
    assert post(body(), header=header) == 400


@pytest.mark.usefixtures("_secret")
def test_24_too_old_is_refused_and_the_future_is_taken_once() -> None:
    assert post(body(), age_s=310) == 400
    assert post(body(), age_s=290) == 200
    # A clock of theirs that runs ahead passes; the inbox makes a replay of it nothing.
    assert post(body(), age_s=-86_400) == 200
    assert StripeEvent.objects.count() == 1


def test_25_while_a_secret_is_rolled_both_are_good(settings: Settings, db: None) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    assert post(body(id="evt_old")) == 200
    assert post(body(id="evt_new"), secret="whsec_new") == 200
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    assert post(body(id="evt_late")) == 400


def test_25_a_roll_at_stripe_with_an_overlap(shop: Shop, anna: User, settings: Settings) -> None:
    shop.welcome(anna)
    endpoint = StripeEndpoint.objects.get()
    new = shop.control.roll_secret(endpoint.endpoint_id, keep_old=True)
    shop.buy(anna, TEN_YUAN)
    assert shop.points(anna) == 100_00
    settings.STRIPE_WEBHOOK_SECRETS = [new]
    shop.control.roll_secret(endpoint.endpoint_id, keep_old=True)
    shop.buy(anna, TEN_YUAN)
    assert shop.points(anna) == 200_00


@pytest.mark.stand_in_only("Stripe sends webhooks to a public address only")
def test_the_secret_is_not_kept_in_the_open(shop: Shop) -> None:
    sealed = bytes(StripeEndpoint.objects.get().sealed_secret)
    assert b"whsec" not in sealed


def test_without_a_secret_nothing_is_accepted(settings: Settings, db: None) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert post(body()) == 503
    assert StripeEvent.objects.count() == 0


@pytest.mark.usefixtures("_secret")
def test_26_events_of_the_other_mode_are_not_ours() -> None:
    assert post(body(livemode=True)) == 200
    assert StripeEvent.objects.count() == 0


@pytest.mark.usefixtures("_secret")
def test_a_type_we_do_not_act_on_is_not_kept() -> None:
    assert post(body(type="balance.available")) == 200
    assert StripeEvent.objects.count() == 0


@pytest.mark.usefixtures("_secret")
def test_only_post() -> None:
    assert Client().get("/webhooks/stripe").status_code == 405
