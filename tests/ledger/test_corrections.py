"""clawback, freeze, unfreeze, adjust, pause: money that goes back, disputes, staff, alarms."""

from __future__ import annotations

from typing import Any

import pytest

from billing.ledger import corrections, selectors, services
from billing.ledger.errors import (
    ClawbackTooLarge,
    InsufficientPoints,
    KeyReused,
    NothingLeft,
    UnknownLot,
    UnknownWallet,
    WalletPaused,
)
from billing.ledger.types import Moved
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def balance(wallet_id: int) -> tuple[int, int, int]:
    """Available, held, owed (cp)."""
    told = selectors.balance(wallet_id=wallet_id, now=NOON)
    return told.available_cp, told.held_cp, told.debt_cp


def take_back(wallet_id: int, lot_id: int, amount_cp: int, key: str = "charge-back:1") -> Moved:
    """A charge-back of a purchase."""
    return corrections.clawback(
        wallet_id=wallet_id, lot_id=lot_id, amount_cp=amount_cp, key=key, now=NOON
    )


def test_a_clawback_takes_that_purchase_and_the_spent_part_becomes_a_debt(alice: int) -> None:
    first = give(alice, 100, expires_at=NOON + DAY)
    give(alice, 50)
    held = set_aside(alice, 70)
    services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", now=NOON)
    moved = corrections.clawback(
        wallet_id=alice, lot_id=first.lot_id, amount_cp=100, key="charge-back:1", now=NOON
    )
    assert (moved.amount_cp, moved.debt_added_cp, moved.available_cp) == (100, 70, 50)
    assert balance(alice) == (50, 0, 70)
    # The next paid grant settles the debt first; a free one does not.
    assert give(alice, 30, paid=False, source="daily").debt_repaid_cp == 0
    assert give(alice, 60).debt_repaid_cp == 60
    granted = give(alice, 60)
    assert (granted.debt_repaid_cp, granted.amount_cp) == (10, 60)
    assert balance(alice) == (50 + 30 + 50, 0, 0)


def test_what_comes_back_of_a_clawed_back_lot_settles_its_debt(alice: int) -> None:
    lot = give(alice, 100)
    held = set_aside(alice, 80)
    take_back(alice, lot.lot_id, 100)
    assert balance(alice) == (0, 80, 80)
    settled = services.capture(
        wallet_id=alice, hold_id=held.hold_id, key="done", amount_cp=30, now=NOON
    )
    assert (settled.captured_cp, settled.released_cp, settled.available_cp) == (30, 50, 0)
    assert balance(alice) == (0, 0, 30)


def test_a_part_at_a_time_but_never_more_than_was_granted(alice: int) -> None:
    lot = give(alice, 100)
    take_back(alice, lot.lot_id, 60, "refund:1")
    with pytest.raises(ClawbackTooLarge):
        take_back(alice, lot.lot_id, 41, "refund:2")
    take_back(alice, lot.lot_id, 40, "refund:2")
    assert balance(alice) == (0, 0, 0)


def test_a_lot_that_has_not_started_is_taken_back_whole(alice: int) -> None:
    granted = services.grant(
        wallet_id=alice,
        amount_cp=100,
        source="membership",
        paid=True,
        starts_at=NOON + DAY,
        expires_at=NOON + 2 * DAY,
        key="period:2",
        now=NOON,
    )
    take_back(alice, granted.lot_id, 100)
    assert selectors.waiting(wallet_id=alice, now=NOON) == []
    assert selectors.balance(wallet_id=alice, now=NOON + DAY).available_cp == 0


def test_a_debt_is_settled_by_a_lot_when_it_starts(alice: int) -> None:
    lot = give(alice, 100)
    held = set_aside(alice, 100)
    services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", now=NOON)
    take_back(alice, lot.lot_id, 100)
    services.grant(
        wallet_id=alice,
        amount_cp=150,
        source="membership",
        paid=True,
        starts_at=NOON + DAY,
        expires_at=None,
        key="period:2",
        now=NOON,
    )
    assert balance(alice) == (0, 0, 100)
    later = selectors.balance(wallet_id=alice, now=NOON + DAY)
    assert (later.available_cp, later.debt_cp) == (50, 0)
    assert [lot.remaining_cp for lot in selectors.lots(wallet_id=alice, now=NOON + DAY)] == [50]


def test_a_dispute_puts_the_rest_out_of_reach_of_use_and_of_expiry(alice: int) -> None:
    lot = give(alice, 100, expires_at=NOON + HOUR)
    set_aside(alice, 30)
    frozen = corrections.freeze(wallet_id=alice, lot_id=lot.lot_id, key="dispute:1", now=NOON)
    assert (frozen.amount_cp, frozen.available_cp, frozen.held_cp) == (70, 0, 30)
    with pytest.raises(NothingLeft):
        corrections.freeze(wallet_id=alice, lot_id=lot.lot_id, key="dispute:2", now=NOON)
    assert services.expire(wallet_id=alice, now=NOON + DAY) == 0
    # Won after the lot has ended: back as a courtesy of 24 hours.
    won = corrections.unfreeze(wallet_id=alice, lot_id=lot.lot_id, key="won:1", now=NOON + DAY)
    (courtesy,) = selectors.lots(wallet_id=alice, now=NOON + DAY)
    assert (won.amount_cp, courtesy.source, courtesy.paid) == (70, "courtesy", True)
    assert (courtesy.remaining_cp, courtesy.expires_at) == (70, NOON + 2 * DAY)


def test_a_dispute_won_in_time_gives_back_and_a_lost_one_takes(alice: int) -> None:
    lot = give(alice, 100)
    ask: dict[str, Any] = {"wallet_id": alice, "lot_id": lot.lot_id, "now": NOON}
    corrections.freeze(**ask, key="dispute:1")
    assert corrections.unfreeze(**ask, key="won:1").available_cp == 100
    with pytest.raises(NothingLeft):
        corrections.unfreeze(**ask, key="won:2")
    corrections.freeze(**ask, key="dispute:2")
    lost = corrections.clawback(**ask, key="lost:2", amount_cp=100)
    assert (lost.debt_added_cp, balance(alice)) == (0, (0, 0, 0))


def test_an_adjustment_takes_in_order_of_use_and_never_below_zero(alice: int) -> None:
    give(alice, 50, expires_at=NOON + DAY)
    give(alice, 50)
    ask: dict[str, Any] = {
        "wallet_id": alice,
        "key": "fix:1",
        "reason": "double grant",
        "actor": "staff:7",
    }
    with pytest.raises(InsufficientPoints) as refusal:
        corrections.adjust(**ask, amount_cp=101, now=NOON)
    assert (refusal.value.needed_cp, refusal.value.available_cp) == (101, 100)
    assert corrections.adjust(**ask, amount_cp=60, now=NOON).available_cp == 40
    assert corrections.adjust(**ask, amount_cp=60, now=NOON).replayed
    with pytest.raises(KeyReused):
        corrections.adjust(**ask, amount_cp=61, now=NOON)
    assert [lot.remaining_cp for lot in selectors.lots(wallet_id=alice, now=NOON)] == [40]
    assert selectors.statement(wallet_id=alice)[0].reason == "double grant"


def test_replays_answer_what_was_answered_first(alice: int) -> None:
    lot = give(alice, 100)
    held = set_aside(alice, 30)
    first = take_back(alice, lot.lot_id, 90)
    services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", now=NOON)
    again = corrections.clawback(
        wallet_id=alice, lot_id=lot.lot_id, amount_cp=90, key="charge-back:1", now=NOON + DAY
    )
    assert again.replayed
    assert (again.amount_cp, again.debt_added_cp, again.available_cp, again.version) == (
        *(first.amount_cp, first.debt_added_cp, first.available_cp, first.version),
    )


def test_lots_and_wallets_must_be_known(alice: int, bob: int) -> None:
    lot = give(alice, 100)
    for verb in (corrections.freeze, corrections.unfreeze):
        with pytest.raises(UnknownLot):
            verb(wallet_id=bob, lot_id=lot.lot_id, key="k", now=NOON)
    with pytest.raises(UnknownLot):
        take_back(bob, lot.lot_id, 1)
    with pytest.raises(UnknownWallet):
        take_back(bob + 10**9, lot.lot_id, 1)


def test_a_paused_wallet_takes_no_grant_and_no_capture_but_releases(alice: int) -> None:
    give(alice, 100)
    hold_id = set_aside(alice, 30).hold_id
    assert corrections.pause(wallet_ids=[alice], paused=True) == 1
    assert corrections.pause(wallet_ids=[alice], paused=True) == 0
    with pytest.raises(WalletPaused):
        give(alice, 1)
    with pytest.raises(WalletPaused):
        services.capture(wallet_id=alice, hold_id=hold_id, key="done", now=NOON)
    services.release(wallet_id=alice, hold_id=hold_id, key="failed", now=NOON)
    corrections.pause(wallet_ids=[alice], paused=False)
    assert give(alice, 1).available_cp == 101
