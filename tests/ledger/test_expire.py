"""expire: what has come to its end is written off, once, as a row of its own."""

from __future__ import annotations

import pytest

from billing.ledger import selectors, services
from billing.ledger.errors import UnknownWallet
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def test_it_writes_off_what_is_left_of_ended_lots(alice: int) -> None:
    give(alice, 100, expires_at=NOON + HOUR)
    give(alice, 200, expires_at=NOON + 2 * HOUR)
    give(alice, 300, expires_at=NOON + DAY)
    held = set_aside(alice, 30)
    assert services.expire(wallet_id=alice, now=NOON) == 0
    assert services.expire(wallet_id=alice, now=NOON + 3 * HOUR) == 270
    assert services.expire(wallet_id=alice, now=NOON + 3 * HOUR) == 0
    balance = selectors.balance(wallet_id=alice, now=NOON + 3 * HOUR)
    assert (balance.available_cp, balance.held_cp) == (300, held.amount_cp)
    assert balance.next_expiry_at == NOON + DAY
    line = selectors.statement(wallet_id=alice)[0]
    assert (line.kind, line.available_delta_cp) == ("expire", -270)
    assert [piece.amount_cp for piece in line.lots] == [70, 200]


def test_intervals_are_half_open(alice: int) -> None:
    give(alice, 100, expires_at=NOON + HOUR)
    assert services.expire(wallet_id=alice, now=NOON + HOUR) == 100


def test_the_sweeper_finds_wallets_the_longest_overdue_first(alice: int, bob: int) -> None:
    give(alice, 100, expires_at=NOON + 2 * HOUR)
    give(bob, 100, expires_at=NOON + HOUR)
    assert selectors.wallets_due(now=NOON, limit=10) == []
    due = selectors.wallets_due(now=NOON + 2 * HOUR, limit=10)
    assert due == [bob, alice]
    services.expire(wallet_id=bob, now=NOON + 2 * HOUR)
    assert selectors.wallets_due(now=NOON + 2 * HOUR, limit=10) == [alice]


def test_an_unknown_wallet_is_refused(alice: int) -> None:
    with pytest.raises(UnknownWallet):
        services.expire(wallet_id=alice + 10**9, now=NOON)
