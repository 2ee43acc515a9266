"""The process: starts quickly, keeps its state in a file, delivers what was under way."""

from __future__ import annotations

from pathlib import Path

import stripe

from tests.servers.stripe.launch import StripeServer, launched, start
from tests.stand_in.receiver import receiving
from tests.stand_in.shop import Shop


def shop_at(server: StripeServer) -> Shop:
    client = stripe.StripeClient("sk_test_x", base_addresses={"api": server.base_url})
    return Shop(client, server.control)


def test_state_outlives_the_process(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with receiving() as receiver:
        with launched(state=state, webhook=receiver.url, webhook_secrets=["whsec_a"]) as server:
            server.control.delivery_fault("delay", seconds=None)
            shop = shop_at(server)
            sub = shop.member(shop.price(lookup_key="gold_month").id, shop.customer().id)
            shop.client.v1.customers.create({}, {"idempotency_key": "customer-9-1"})
        assert receiver.received == []
        with launched(state=state, webhook=receiver.url, webhook_secrets=["whsec_b"]) as server:
            shop = shop_at(server)
            assert shop.client.v1.subscriptions.retrieve(sub.id).status == "active"
            assert shop.client.v1.prices.list({"lookup_keys": ["gold_month"]}).data
            shop.client.v1.customers.create({}, {"idempotency_key": "customer-9-1"})
            assert len(shop.client.v1.customers.list({}).data) == 2
            server.control.drain()
            assert len(receiver.received) == len(shop.events())
            one = receiver.received[0]
            stripe.Webhook.construct_event(one.body, one.signature, "whsec_b")
            assert len(shop.client.v1.webhook_endpoints.list({}).data) == 1


def test_reset_forgets_all_but_the_endpoint(shop: Shop) -> None:
    shop.paid_topup()
    shop.control.reset()
    assert shop.events() == []
    assert len(shop.client.v1.webhook_endpoints.list({}).data) == 1


def test_process_ends_with_the_one_that_started_it() -> None:
    server = start()
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(10) == 0
    server.stop()
