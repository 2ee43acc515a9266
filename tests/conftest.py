"""What every test may use: the launch catalogue, and people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from billing.services.catalogue import load_launch_catalogue

PASSWORD = "a-good-long-password"
Person = Callable[..., User]


@pytest.fixture
def catalogue(db: None) -> None:
    """The launch catalogue, as `make run` loads it."""
    load_launch_catalogue()


@pytest.fixture
def person(db: None) -> Person:
    """Makes people: `person("anna")` has a verified address, unless told otherwise."""

    def make(name: str, *, verified: bool = True, **fields: object) -> User:
        user = User.objects.create_user(f"{name}@example.com", PASSWORD, **fields)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
        return user

    return make


@pytest.fixture
def anna(person: Person) -> User:
    """Anna, with a verified address and no points yet."""
    return person("anna")


@pytest.fixture
def bert(person: Person) -> User:
    """Bert, likewise."""
    return person("bert")
