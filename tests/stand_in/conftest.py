"""One stand-in process for the folder; every test finds it empty and leaves it without violations.

The client is the official library with nothing changed but its address.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from tests.servers.stripe.control_client import Control
from tests.servers.stripe.launch import StripeServer, launched
from tests.stand_in.receiver import Receiver, receiving
from tests.stand_in.shop import Shop

SECRET = "whsec_stand_in_tests"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def server(endpoint: Receiver) -> Iterator[StripeServer]:
    extra = ["--webhook-retries", "0.01,0.01,0.01,0.01"]
    with launched(webhook=endpoint.url, webhook_secrets=[SECRET], extra=extra) as running:
        yield running


@pytest.fixture
def control(server: StripeServer, receiver: Receiver) -> Iterator[Control]:
    yield server.control
    assert server.control.violations() == []


@pytest.fixture
def receiver(server: StripeServer, endpoint: Receiver) -> Receiver:
    server.control.reset()
    endpoint.clear()
    return endpoint


@pytest.fixture
def client(server: StripeServer, control: Control) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_stand_in",
        base_addresses={"api": server.base_url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=10),
    )


@pytest.fixture
def shop(client: stripe.StripeClient, control: Control) -> Shop:
    return Shop(client, control)
