"""Endpoints: made by call, signed with their own secret, rolled."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.servers.stripe.control_client import Control
from tests.stand_in.conftest import SECRET
from tests.stand_in.receiver import Receiver, receiving
from tests.stand_in.shop import Shop


def test_endpoint_tells_its_secret_once(shop: Shop, control: Control) -> None:
    endpoints = shop.client.v1.webhook_endpoints
    with receiving() as receiver:
        made = endpoints.create({
            "url": receiver.url, "enabled_events": ["checkout.session.completed"],
            "api_version": "2026-10-28.endive",
        })  # fmt: skip
        assert made.secret is not None
        assert not hasattr(endpoints.retrieve(made.id), "secret")
        shop.paid_topup()
        control.drain()
        (one,) = receiver.received
        event = stripe.Webhook.construct_event(one.body, one.signature, made.secret)
        assert event.type == "checkout.session.completed"
        endpoints.delete(made.id)
        shop.paid_topup()
        control.drain()
        assert len(receiver.received) == 1


def test_event_names_have_no_wildcards(shop: Shop) -> None:
    wanted: Any = {"url": "http://shop.test/", "enabled_events": ["invoice.*"]}
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.webhook_endpoints.create(wanted)


def test_other_version_of_events_is_refused(shop: Shop) -> None:
    wanted: Any = {"url": "http://shop.test/", "enabled_events": ["*"],
                   "api_version": "2024-06-20"}  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.webhook_endpoints.create(wanted)
    assert caught.value.param == "api_version"


def test_rolled_secret_signs_beside_the_old_one(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    (endpoint,) = shop.client.v1.webhook_endpoints.list({}).data
    fresh = control.roll_secret(endpoint.id)
    shop.customer()
    control.drain()
    one = receiver.received[-1]
    for secret in (SECRET, fresh):
        stripe.Webhook.construct_event(one.body, one.signature, secret)
    last = control.roll_secret(endpoint.id, keep_old=False)
    shop.customer()
    control.drain()
    one = receiver.received[-1]
    stripe.Webhook.construct_event(one.body, one.signature, last)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(one.body, one.signature, fresh)
