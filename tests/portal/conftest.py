"""Browsers without a screen: Django's client, signed in, at noon of one day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.services import daily_points
from tests.conftest import Person
from tests.jobs_by_hand import NOON

Visitor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """The clock stands at noon in Shanghai: no test meets the turn of a points day by chance.

    Not in a real browser: the product's other processes would live in another time.
    """
    if request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def as_user() -> Visitor:
    """A client signed in as someone, without the sign-in that would claim points."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def rich_bert(bert: User, catalogue: None) -> User:
    """Bert likewise."""
    daily_points.claim(user=bert, now=NOON)
    return bert


@pytest.fixture
def annas(rich_anna: User, as_user: Visitor) -> Client:
    """Anna's client; she has 66 points."""
    return as_user(rich_anna)


@pytest.fixture
def visitor(catalogue: None) -> Client:
    """Somebody who is not signed in."""
    return Client()


@pytest.fixture
def stranger(person: Person, catalogue: None, as_user: Visitor) -> Client:
    """Someone else, signed in."""
    return as_user(person("carla"))
