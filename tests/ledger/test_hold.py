"""hold: points set aside, earliest end first, free before paid, oldest first."""

from __future__ import annotations

from typing import Any

import pytest

from billing.ledger import selectors, services
from billing.ledger.errors import InsufficientPoints, KeyReused, UnknownHold, UnknownWallet
from billing.ledger.types import Slice
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def test_order_of_use(alice: int) -> None:
    endless = give(alice, 100)
    later = give(alice, 100, expires_at=NOON + 2 * DAY)
    paid = give(alice, 100, expires_at=NOON + DAY)
    free = give(alice, 100, source="daily", paid=False, expires_at=NOON + DAY)
    second_paid = give(alice, 100, expires_at=NOON + DAY)
    in_order = [lot.lot_id for lot in (free, paid, second_paid, later, endless)]
    assert [lot.id for lot in selectors.lots(wallet_id=alice, now=NOON)] == in_order

    planned = selectors.preview(wallet_id=alice, amount_cp=430, now=NOON)
    held = set_aside(alice, 430)
    assert held.slices == tuple(planned)
    assert [piece.lot_id for piece in held.slices] == in_order
    assert [piece.amount_cp for piece in held.slices] == [100, 100, 100, 100, 30]
    assert held.slices[0] == Slice(free.lot_id, 100, "daily", paid=False)
    assert (held.available_cp, held.held_cp) == (70, 430)


def test_a_hold_is_told_as_it_stands(alice: int) -> None:
    give(alice, 500)
    held = set_aside(alice, 75)
    state = selectors.hold(wallet_id=alice, hold_id=held.hold_id)
    assert (state.state, state.amount_cp, state.captured_cp) == ("held", 75, 0)
    assert (state.reference, state.slices) == ("job:1", held.slices)
    with pytest.raises(UnknownHold):
        selectors.hold(wallet_id=alice + 10**9, hold_id=held.hold_id)


def test_too_few_points_are_refused_and_nothing_is_written(alice: int) -> None:
    give(alice, 500)
    with pytest.raises(InsufficientPoints) as refusal:
        set_aside(alice, 501)
    assert (refusal.value.needed_cp, refusal.value.available_cp) == (501, 500)
    with pytest.raises(InsufficientPoints):
        selectors.preview(wallet_id=alice, amount_cp=501, now=NOON)
    assert selectors.balance(wallet_id=alice, now=NOON).version == 1
    assert set_aside(alice, 500).available_cp == 0  # the database transaction is still usable


def test_an_ended_lot_is_neither_shown_nor_spendable(alice: int) -> None:
    give(alice, 100, expires_at=NOON + HOUR)
    give(alice, 50)
    late = NOON + HOUR
    assert selectors.balance(wallet_id=alice, now=late).available_cp == 50
    assert selectors.balance(wallet_id=alice, now=late).next_expiry_at is None
    assert [lot.remaining_cp for lot in selectors.lots(wallet_id=alice, now=late)] == [50]
    with pytest.raises(InsufficientPoints) as refusal:
        set_aside(alice, 51, now=late)
    assert refusal.value.available_cp == 50
    # A refused write writes nothing, not even the expiry it found due.
    assert selectors.balance(wallet_id=alice, now=NOON).version == 2
    assert set_aside(alice, 50, now=late).version == 4
    assert [line.kind for line in selectors.statement(wallet_id=alice)][:2] == ["hold", "expire"]


def test_a_replay_answers_what_was_answered_first(alice: int) -> None:
    give(alice, 100, source="daily", paid=False, expires_at=NOON + HOUR)
    give(alice, 100)
    request: dict[str, Any] = {
        "wallet_id": alice,
        "amount_cp": 150,
        "key": "submit:1",
        "reference": "job:9",
    }
    first = services.hold(**request, now=NOON)
    services.capture(wallet_id=alice, hold_id=first.hold_id, key="done:1", now=NOON)
    again = services.hold(**request, now=NOON + DAY)
    assert again.replayed
    assert not first.replayed
    assert (again.hold_id, again.slices, again.version) == (
        first.hold_id,
        first.slices,
        first.version,
    )
    assert (again.available_cp, again.held_cp) == (first.available_cp, first.held_cp)
    for change in ({"amount_cp": 151}, {"reference": "job:10"}):
        with pytest.raises(KeyReused):
            services.hold(**request | change, now=NOON)
    with pytest.raises(KeyReused):
        services.release(wallet_id=alice, hold_id=first.hold_id, key="submit:1", now=NOON)


def test_a_refused_hold_may_be_tried_again_under_its_key(alice: int) -> None:
    request: dict[str, Any] = {
        "wallet_id": alice,
        "amount_cp": 10,
        "key": "submit:1",
        "reference": "job:1",
    }
    with pytest.raises(InsufficientPoints):
        services.hold(**request, now=NOON)
    give(alice, 10)
    assert services.hold(**request, now=NOON).replayed is False


def test_an_unknown_wallet_is_refused(alice: int) -> None:
    with pytest.raises(UnknownWallet):
        set_aside(alice + 10**9, 1)
    with pytest.raises(UnknownWallet):
        selectors.balance(wallet_id=alice + 10**9, now=NOON)


def test_six_videos_and_thirty_pictures_out_of_66_points(alice: int) -> None:
    give(alice, 6600, source="daily", paid=False, expires_at=NOON + DAY)
    for amount_cp in [1000] * 6 + [20] * 30:
        set_aside(alice, amount_cp)
    with pytest.raises(InsufficientPoints) as refusal:
        set_aside(alice, 20)
    assert refusal.value.available_cp == 0


def test_330_pictures_out_of_66_points(alice: int) -> None:
    give(alice, 6600, source="daily", paid=False, expires_at=NOON + DAY)
    for _ in range(330):
        set_aside(alice, 20)
    with pytest.raises(InsufficientPoints):
        set_aside(alice, 20)
