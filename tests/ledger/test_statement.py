"""The statement: every transaction of a wallet, newest first, with the balances after it."""

from __future__ import annotations

import pytest

from billing.ledger import selectors, services
from billing.ledger.errors import InvalidRequest
from tests.ledger.people import NOON, give, set_aside

pytestmark = pytest.mark.django_db


def test_deltas_run_on_to_the_balances(alice: int) -> None:
    give(alice, 100)
    held = set_aside(alice, 60)
    services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", amount_cp=20, now=NOON)
    lines = selectors.statement(wallet_id=alice)
    assert [line.version for line in lines] == [3, 2, 1]
    assert [line.available_delta_cp for line in lines] == [40, -60, 100]
    assert [line.held_delta_cp for line in lines] == [-60, 60, 0]
    assert [line.available_after_cp for line in lines] == [80, 40, 100]
    assert [line.held_after_cp for line in lines] == [0, 60, 0]
    assert [line.spent_cp for line in lines] == [20, 0, 0]


def test_pages_follow_each_other(alice: int) -> None:
    for _ in range(5):
        give(alice, 1)
    first = selectors.statement(wallet_id=alice, limit=2)
    second = selectors.statement(wallet_id=alice, before_version=first[-1].version, limit=2)
    assert [line.version for line in first + second] == [5, 4, 3, 2]
    assert selectors.statement(wallet_id=alice, before_version=1) == []


def test_a_wallet_sees_only_its_own(alice: int, bob: int) -> None:
    give(alice, 100)
    assert selectors.statement(wallet_id=bob) == []


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_has_a_bound(alice: int, limit: int) -> None:
    with pytest.raises(InvalidRequest):
        selectors.statement(wallet_id=alice, limit=limit)
