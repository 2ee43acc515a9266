"""grant: one lot with one source, one start and one end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from billing.ledger import selectors, services
from billing.ledger.errors import (
    EndsBefore,
    InsufficientPoints,
    InvalidRequest,
    KeyReused,
    UnknownWallet,
)
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def grant(wallet_id: int, **changes: Any) -> Any:
    """The daily 66 points, with changes."""
    request: dict[str, Any] = {
        "wallet_id": wallet_id,
        "amount_cp": 6600,
        "source": "daily",
        "paid": False,
        "starts_at": NOON,
        "expires_at": NOON + DAY,
        "key": "daily:2026-07-24",
        "now": NOON,
    }
    return services.grant(**request | changes)


def test_it_makes_a_lot(alice: int) -> None:
    granted = grant(alice, reference="claim:7", reason="signed in")
    assert (granted.amount_cp, granted.available_cp, granted.debt_repaid_cp) == (6600, 6600, 0)
    (lot,) = selectors.lots(wallet_id=alice, now=NOON)
    assert (lot.id, lot.source, lot.paid, lot.remaining_cp) == (
        granted.lot_id,
        "daily",
        False,
        6600,
    )
    assert (lot.starts_at, lot.expires_at, lot.reference) == (NOON, NOON + DAY, "claim:7")
    (line,) = selectors.statement(wallet_id=alice)
    assert (line.kind, line.available_delta_cp, line.reason) == ("grant", 6600, "signed in")


def test_a_retry_with_a_later_clock_is_a_replay(alice: int) -> None:
    first = grant(alice)
    again = grant(alice, starts_at=NOON + HOUR, now=NOON + 2 * DAY)
    assert again.replayed
    assert (again.lot_id, again.version) == (first.lot_id, first.version)
    assert selectors.balance(wallet_id=alice, now=NOON).available_cp == 6600


@pytest.mark.parametrize(
    "change",
    [
        {"amount_cp": 6700},
        {"source": "promotion"},
        {"paid": True},
        {"expires_at": NOON + 2 * DAY},
        {"expires_at": None},
        {"reference": "claim:8"},
    ],
)
def test_another_request_under_the_key_is_refused(alice: int, change: dict[str, Any]) -> None:
    grant(alice)
    with pytest.raises(KeyReused):
        grant(alice, **change)
    assert selectors.balance(wallet_id=alice, now=NOON).version == 1


def test_a_key_belongs_to_a_wallet(alice: int, bob: int) -> None:
    assert grant(alice).replayed is False
    assert grant(bob).replayed is False


def test_a_lot_that_starts_later_waits_for_its_start(alice: int) -> None:
    granted = grant(alice, starts_at=NOON + HOUR)
    assert granted.available_cp == 0
    assert selectors.lots(wallet_id=alice, now=NOON) == []
    (waiting,) = selectors.waiting(wallet_id=alice, now=NOON)
    assert (waiting.id, waiting.remaining_cp) == (granted.lot_id, 6600)
    with pytest.raises(InsufficientPoints):
        set_aside(alice, 1)
    # From its start on it counts and can be held, though nobody has written that it started.
    assert selectors.balance(wallet_id=alice, now=NOON + HOUR).available_cp == 6600
    assert [lot.id for lot in selectors.lots(wallet_id=alice, now=NOON + HOUR)] == [waiting.id]
    assert selectors.waiting(wallet_id=alice, now=NOON + HOUR) == []
    assert selectors.wallets_due(now=NOON + HOUR, limit=9) == [alice]
    set_aside(alice, 600, now=NOON + HOUR)
    kinds = [line.kind for line in selectors.statement(wallet_id=alice)]
    assert kinds == ["hold", "start", "grant"]


def test_a_lot_whose_whole_life_nobody_saw_is_started_and_written_off(alice: int) -> None:
    grant(alice, starts_at=NOON + HOUR, expires_at=NOON + 2 * HOUR)
    assert selectors.balance(wallet_id=alice, now=NOON + DAY).available_cp == 0
    assert services.expire(wallet_id=alice, now=NOON + DAY) == 6600
    kinds = [line.kind for line in selectors.statement(wallet_id=alice)]
    assert kinds == ["expire", "start", "grant"]


def test_a_year_is_twelve_lots(alice: int) -> None:
    month = 30 * DAY
    for number in range(12):
        grant(
            alice,
            source="membership",
            paid=True,
            starts_at=NOON + number * month,
            expires_at=NOON + (number + 1) * month + 7 * DAY,
            key=f"period:1:{number}",
        )
    for number in range(12):
        at = NOON + number * month
        balance = selectors.balance(wallet_id=alice, now=at)
        assert balance.available_cp == (6600 if number == 0 else 13200)
    assert len(selectors.waiting(wallet_id=alice, now=NOON)) == 11


def test_a_lot_that_has_ended_is_refused_by_the_wallets_own_time(alice: int) -> None:
    give(alice, 100, now=NOON + 2 * DAY)
    with pytest.raises(EndsBefore):
        grant(alice)


def test_an_unknown_wallet_is_refused(alice: int) -> None:
    with pytest.raises(UnknownWallet):
        grant(alice + 10**9)


@pytest.mark.parametrize("amount_cp", [0, -1, 10**15 + 1, True, 1.0])
def test_an_amount_is_a_whole_number_above_zero(alice: int, amount_cp: Any) -> None:
    with pytest.raises(InvalidRequest):
        grant(alice, amount_cp=amount_cp)


@pytest.mark.parametrize(
    "change", [{"expires_at": NOON}, {"key": ""}, {"key": "k" * 201}, {"source": "Top Up"}]
)
def test_what_no_wallet_could_accept_is_refused(alice: int, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        grant(alice, **change)


def test_a_lot_without_an_end_never_ends(alice: int) -> None:
    grant(alice, expires_at=None)
    end_of_time = datetime(9999, 1, 1, tzinfo=NOON.tzinfo)
    balance = selectors.balance(wallet_id=alice, now=end_of_time)
    assert (balance.available_cp, balance.next_expiry_at) == (6600, None)
