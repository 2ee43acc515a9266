"""Receivers on one's own machine may be written to here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User, WebhookEndpoint
from accounts.services import webhook_deliveries
from accounts.services.webhook_endpoints import create_endpoint
from tests.jobs_by_hand import NOON
from tests.servers.receiver import Receiver, receiving

MakeEndpoint = Callable[..., tuple[WebhookEndpoint, str]]


def pump(now: datetime = NOON) -> int:
    """Send what is due, as the task does; how many."""
    sent = 0
    while (claim := webhook_deliveries.claim(now=now)) is not None:
        webhook_deliveries.note(claim, webhook_deliveries.send(claim, now=now), now=now)
        sent += 1
    return sent


@pytest.fixture
def near(settings: Any) -> None:
    """As in development: http and private addresses are written to."""
    settings.WEBHOOK_PRIVATE_RECEIVERS = True


@pytest.fixture
def receiver(near: None) -> Iterator[Receiver]:
    """A receiver that takes everything, unless told otherwise."""
    with receiving() as one:
        yield one


@pytest.fixture
def endpoint_of(near: None) -> MakeEndpoint:
    """Makes an endpoint of someone; it and its secret."""

    def make(user: User, url: str, *event_types: str) -> tuple[WebhookEndpoint, str]:
        made = create_endpoint(user=user, url=url, event_types=event_types, now=NOON)
        return made.endpoint, made.secret

    return make
