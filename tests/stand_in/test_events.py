"""Events: listed, delivered, signed."""

from __future__ import annotations

import stripe

from tests.servers.stripe.control_client import Control
from tests.stand_in.conftest import SECRET
from tests.stand_in.receiver import Receiver
from tests.stand_in.shop import Shop


def test_delivery_is_signed_for_the_library(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    shop.paid_topup()
    counts = control.drain()
    assert counts["failed"] == 0
    assert len(receiver.received) == counts["delivered"] == len(shop.events())
    for one in receiver.received:
        event = stripe.Webhook.construct_event(one.body, one.signature, SECRET)
        assert event.api_version == stripe.api_version


def test_event_list_has_a_cursor_and_filters(shop: Shop, control: Control) -> None:
    for _ in range(3):
        shop.paid_topup()
    events = shop.client.v1.events
    page = events.list({"limit": 4})
    assert page.has_more
    older = events.list({"limit": 100, "starting_after": page.data[-1].id})
    assert len(page.data) + len(older.data) == len(shop.events())
    assert len(shop.events("checkout.session.completed", "charge.succeeded")) == 6
    future = control.now() + 10
    assert events.list({"created": {"gte": future}}).data == []
    control.drain()
    assert events.list({"delivery_success": False}).data == []


def test_dropped_delivery_is_found_in_the_list(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    control.delivery_fault("drop", "checkout.session.completed", times=1)
    shop.paid_topup()
    assert control.drain()["dropped"] == 1
    assert "checkout.session.completed" not in receiver.types()
    (lost,) = shop.client.v1.events.list({"delivery_success": False}).data
    assert lost.type == "checkout.session.completed"


def test_any_event_can_be_sent(shop: Shop, receiver: Receiver, control: Control) -> None:
    customer = shop.customer()
    control.patch(customer.id, email="other@shop.test")
    control.emit("customer.updated", object=customer.id)
    control.drain()
    (one,) = receiver.of("customer.updated")
    assert one.event["data"]["object"]["email"] == "other@shop.test"
