"""Every test of the ledger ends with a proof of all its invariants.

Tests that commit leave their rows behind: the ledger is append-only, and Django's flush does not
touch unmanaged tables. So each test opens wallets of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import settings

from billing.ledger import checks, services
from tests.ledger.people import NOON

settings.register_profile("nightly", max_examples=200, stateful_step_count=50, deadline=None)


@pytest.fixture(autouse=True)
def _sound(db: None) -> Iterator[None]:
    yield
    assert checks.check(now=NOON + timedelta(days=36500)) == []


@pytest.fixture
def alice(db: None) -> int:
    """Alice's wallet, empty."""
    with transaction.atomic():
        return services.open_wallet(now=NOON)


@pytest.fixture
def bob(db: None) -> int:
    """Bob's wallet, empty."""
    with transaction.atomic():
        return services.open_wallet(now=NOON)
