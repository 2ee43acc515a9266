"""Fault rules: calls that fail and deliveries that go astray."""

from __future__ import annotations

import pytest
import stripe

from tests.servers.stripe.control_client import Control
from tests.servers.stripe.launch import StripeServer
from tests.stand_in.receiver import Receiver
from tests.stand_in.shop import Shop


@pytest.fixture
def patient(server: StripeServer, control: Control) -> stripe.StripeClient:
    """A client as the product has it: two retries."""
    return stripe.StripeClient(
        "sk_test_stand_in",
        base_addresses={"api": server.base_url},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=1),
    )


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits between its retries; here it need not."""
    monkeypatch.setattr(stripe.RequestsClient, "_sleep_time_seconds", lambda *args, **kwargs: 0)


def test_too_many_requests_is_an_error_and_changes_nothing(shop: Shop, control: Control) -> None:
    control.fault("429", method="POST", path="/v1/customers")
    with pytest.raises(stripe.RateLimitError):
        shop.customer()
    assert shop.client.v1.customers.list({}).data == []
    assert shop.customer().id


def test_rule_counts_skips_and_ends(shop: Shop, control: Control) -> None:
    control.fault("500", method="GET", path="/v1/customers/*", times=2, skip=1)
    customer = shop.customer()
    outcomes = []
    for _ in range(4):
        try:
            shop.client.v1.customers.retrieve(customer.id)
            outcomes.append("ok")
        except stripe.APIError:
            outcomes.append("500")
    assert outcomes == ["ok", "500", "500", "ok"]
    assert [rule["hits"] for rule in control.faults()] == [2]


@pytest.mark.parametrize("effect", ["409", "500"])
def test_library_retries_by_itself(
    patient: stripe.StripeClient, control: Control, effect: str
) -> None:
    control.fault(effect, path="/v1/customers")
    assert patient.v1.customers.create({}).id
    assert len(control.objects("customer")) == 1


def test_kept_500_is_replayed_under_its_key(shop: Shop, control: Control) -> None:
    control.fault("500", path="/v1/customers", kept=True)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            shop.client.v1.customers.create({}, {"idempotency_key": "customer-1-1"})
    assert control.objects("customer") == []
    assert shop.client.v1.customers.create({}, {"idempotency_key": "customer-1-2"}).id


def test_lost_answer_is_given_again(patient: stripe.StripeClient, control: Control) -> None:
    control.fault("lost", method="POST", path="/v1/customers")
    made = patient.v1.customers.create({})
    assert [customer["id"] for customer in control.objects("customer")] == [made.id]


def test_lost_answer_without_retries_has_changed_the_state(shop: Shop, control: Control) -> None:
    control.fault("lost", method="POST", path="/v1/customers")
    with pytest.raises(stripe.APIConnectionError):
        shop.customer()
    assert len(control.objects("customer")) == 1


def test_time_out_may_have_done_the_work(
    server: StripeServer, shop: Shop, control: Control
) -> None:
    hasty = stripe.StripeClient(
        "sk_test_stand_in",
        base_addresses={"api": server.base_url},
        http_client=stripe.RequestsClient(timeout=0.2),
    )
    control.fault("timeout", path="/v1/customers", seconds=0.5)
    control.fault("timeout", path="/v1/customers", seconds=0.5, done=True)
    for made in (0, 1):
        with pytest.raises(stripe.APIConnectionError):
            hasty.v1.customers.create({})
        assert len(control.objects("customer")) == made


def test_duplicates_come_as_often_as_asked(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    control.delivery_fault("duplicate", "checkout.session.completed", copies=7)
    shop.paid_topup()
    control.drain()
    completed = receiver.of("checkout.session.completed")
    assert len(completed) == 8
    assert len({one.event["id"] for one in completed}) == 1
    assert len(receiver.of("charge.succeeded")) == 1


def test_held_delivery_comes_with_the_drain(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    control.delivery_fault("delay", "checkout.session.*", seconds=None)
    shop.paid_topup()
    (event,) = shop.events("checkout.session.completed")
    assert [one["status"] for one in control.deliveries(event.id)] == ["pending"]
    assert receiver.of("checkout.session.completed") == []
    control.drain()
    assert [one["status"] for one in control.deliveries(event.id)] == ["delivered"]
    assert len(receiver.of("checkout.session.completed")) == 1


def test_shuffled_and_delayed_deliveries_all_come(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    control.delivery_fault("shuffle", seconds=60)
    control.delivery_fault("delay", "invoice.*", seconds=60)
    shop.member(shop.price().id, shop.customer().id)
    control.drain()
    assert sorted(receiver.types()) == sorted(event.type for event in shop.events())


def test_delivery_is_tried_again_until_it_is_taken(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    shop.client.v1.customers.create({})
    control.drain()
    receiver.clear()
    receiver.answers = [500, 503]
    control.resend(shop.events("customer.created")[0].id)
    control.drain()
    assert receiver.types() == ["customer.created"] * 3
    assert control.deliveries()[-1]["answers"] == ["500", "503", "200"]


def test_delivery_that_nobody_takes_is_given_up(
    shop: Shop, receiver: Receiver, control: Control
) -> None:
    receiver.answers = [500] * 5
    shop.client.v1.customers.create({})
    assert control.drain()["failed"] == 1
    (lost,) = shop.client.v1.events.list({"delivery_success": False}).data
    assert lost.pending_webhooks == 1
