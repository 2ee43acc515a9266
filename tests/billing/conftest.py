"""Fixtures of the money tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import MembershipPeriod
from billing.services.gifts import give_membership

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
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
