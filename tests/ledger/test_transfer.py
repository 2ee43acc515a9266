"""transfer: between a team and its envelopes, and between units at a published rate."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from billing.ledger import corrections, selectors, services
from billing.ledger.errors import (
    AmountTooSmall,
    InsufficientPoints,
    InvalidRequest,
    KeyReused,
    NoRate,
    UnknownWallet,
)
from billing.ledger.types import Transferred
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside
from tests.ledger.test_races import at_once


def move(wallet_id: int, to_wallet_id: int, amount_cp: int, key: str = "envelope:1") -> Transferred:
    """Points from one wallet to another."""
    return corrections.transfer(
        wallet_id=wallet_id, to_wallet_id=to_wallet_id, amount_cp=amount_cp, key=key, now=NOON
    )


@pytest.mark.django_db
def test_lots_keep_source_end_and_paid(alice: int, bob: int) -> None:
    give(alice, 50, source="daily", paid=False, expires_at=NOON + HOUR)
    give(alice, 100, expires_at=NOON + DAY)
    moved = move(alice, bob, 80)
    assert (moved.received_cp, moved.available_cp) == (80, 70)
    there = selectors.lots(wallet_id=bob, now=NOON)
    assert [(lot.source, lot.paid, lot.remaining_cp, lot.expires_at) for lot in there] == [
        ("daily", False, 50, NOON + HOUR),
        ("topup", True, 30, NOON + DAY),
    ]
    assert [line.kind for line in selectors.statement(wallet_id=bob)] == ["transfer"]
    assert selectors.statement(wallet_id=alice)[0].available_delta_cp == -80
    assert set_aside(bob, 80).available_cp == 0


@pytest.mark.django_db
def test_a_replay_and_refusals(alice: int, bob: int) -> None:
    give(alice, 100)
    first = move(alice, bob, 60)
    again = move(alice, bob, 60)
    assert again.replayed
    assert (again.received_cp, again.version) == (60, first.version)
    with pytest.raises(KeyReused):
        move(alice, bob, 61)
    with pytest.raises(InsufficientPoints) as refusal:
        move(alice, bob, 41, "envelope:2")
    assert refusal.value.available_cp == 40
    with pytest.raises(UnknownWallet):
        move(alice, bob + 10**9, 1, "envelope:3")
    with pytest.raises(InvalidRequest):
        move(alice, alice, 1, "envelope:4")
    assert selectors.balance(wallet_id=bob, now=NOON).available_cp == 60


@pytest.mark.django_db
def test_a_second_coin_at_a_published_rate(alice: int) -> None:
    shells = services.open_wallet(unit="shell", now=NOON)
    give(alice, 100, expires_at=NOON + HOUR)
    give(alice, 101)
    with pytest.raises(NoRate):
        move(alice, shells, 100)
    for starts_at, numerator in ((NOON - DAY, 2), (NOON + DAY, 9)):
        corrections.publish_rate(
            from_unit="point",
            to_unit="shell",
            numerator=numerator,
            denominator=3,
            starts_at=starts_at,
        )
    with pytest.raises(AmountTooSmall):
        move(alice, shells, 1)
    # 200 x 2/3 = 133.33, rounded down once: 66 for the first 100, the rest for the second.
    assert move(alice, shells, 200).received_cp == 133
    there = selectors.lots(wallet_id=shells, now=NOON)
    assert [lot.remaining_cp for lot in there] == [66, 67]
    assert selectors.statement(wallet_id=shells)[0].kind == "convert"


@pytest.mark.django_db(transaction=True)
def test_transfers_in_both_directions_never_deadlock(alice: int, bob: int) -> None:
    with transaction.atomic():
        give(alice, 500)
        give(bob, 500)
    for round_ in range(15):
        answers = at_once(
            *(partial(move, alice, bob, 7, f"there:{round_}:{n}") for n in range(4)),
            *(partial(move, bob, alice, 7, f"back:{round_}:{n}") for n in range(4)),
            partial(set_aside, alice, 1),
            partial(set_aside, bob, 1),
        )
        assert not [answer for answer in answers if isinstance(answer, Exception)]
    both = [selectors.balance(wallet_id=wallet_id, now=NOON) for wallet_id in (alice, bob)]
    assert sum(told.available_cp + told.held_cp for told in both) == 1000
