"""Fixtures of the money tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import MembershipPeriod
from billing.services.catalogue import load_launch_catalogue
from billing.services.gifts import give_membership
from billing.services.stripe_sync import sync_stripe
from tests.billing.real_stripe import cannot, open_real_shop, real_key
from tests.billing.shop import NOON, Shop
from tests.servers.stripe.launch import StripeServer, launched

Member = Callable[..., MembershipPeriod]


@pytest.fixture
def member() -> Member:
    """Puts someone on a plan without payment: `member(anna)` is on gold for a month."""

    def make(user: User, plan: str = "gold", period: str = "month") -> MembershipPeriod:
        return give_membership(user=user, plan=plan, period=period, reason="test", now=NOON)

    return make


@pytest.fixture
def api_of(key_of: Callable[[User], str]) -> Callable[[User], APIClient]:
    """A REST client that carries a key of someone."""

    def make(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_of(user)}")
        return client

    return make


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StripeServer]:
    """One process for the session; every test finds it empty."""
    with launched(extra=["--webhook-retries", "0.01,0.01,0.01,0.01"]) as running:
        yield running


@pytest.fixture
def shop(
    request: pytest.FixtureRequest,
    settings: Settings,
    transactional_db: None,
    live_server: LiveServer,
) -> Iterator[Shop]:
    """An open shop: launch catalogue, Stripe synced, webhooks coming to a real server.

    With STRIPE_TEST_KEY in the environment the other side is Stripe's test mode.
    """
    key = real_key()
    if key:
        marker = request.node.get_closest_marker("stand_in_only")
        if marker is not None:
            cannot(marker.args[0])
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = key, ""
        yield from open_real_shop()
        return
    stand_in: StripeServer = request.getfixturevalue("stand_in")
    stand_in.control.reset()
    settings.STRIPE_API_BASE = stand_in.base_url
    load_launch_catalogue()
    start = datetime.fromtimestamp(stand_in.control.now(), UTC)
    sync_stripe(webhook_url=f"{live_server.url}/webhooks/stripe", now=start)
    yield Shop(stand_in.control, start, start)
    # An event still on its way would arrive in the next test.
    stand_in.control.clear_faults()
    stand_in.control.drain()
    assert stand_in.control.violations() == []
