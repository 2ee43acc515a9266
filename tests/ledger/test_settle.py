"""capture and release: a hold is settled once, in full or in part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing.ledger import selectors, services
from billing.ledger.errors import (
    CaptureTooLarge,
    HoldAlreadySettled,
    InvalidRequest,
    KeyReused,
    UnknownHold,
    UnknownWallet,
)
from billing.ledger.types import Settled
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def remaining(wallet_id: int) -> list[int]:
    """What the live lots have left, in order of use (cp)."""
    return [lot.remaining_cp for lot in selectors.lots(wallet_id=wallet_id, now=NOON)]


def test_a_captured_hold_is_spent(alice: int) -> None:
    give(alice, 500)
    held = set_aside(alice, 75)
    settled = services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", now=NOON)
    assert (settled.captured_cp, settled.released_cp, settled.courtesy_cp) == (75, 0, 0)
    assert (settled.available_cp, settled.held_cp) == (425, 0)
    assert selectors.hold(wallet_id=alice, hold_id=held.hold_id).state == "captured"
    line = selectors.statement(wallet_id=alice)[0]
    assert (line.kind, line.spent_cp, line.available_delta_cp, line.held_delta_cp) == (
        *("capture", 75, 0, -75),
    )
    assert line.reference == "job:1"


def test_a_part_is_captured_and_the_rest_goes_back_to_the_lot_that_ends_last(alice: int) -> None:
    give(alice, 50, expires_at=NOON + DAY)
    give(alice, 50)
    held = set_aside(alice, 80)
    settled = services.capture(
        wallet_id=alice, hold_id=held.hold_id, key="done", amount_cp=60, now=NOON
    )
    assert (settled.captured_cp, settled.released_cp) == (60, 20)
    assert (settled.available_cp, settled.held_cp) == (40, 0)
    assert remaining(alice) == [40]


def test_a_part_smaller_than_the_first_slice_opens_both_lots_again(alice: int) -> None:
    give(alice, 50, expires_at=NOON + DAY)
    give(alice, 50)
    held = set_aside(alice, 100)
    assert selectors.balance(wallet_id=alice, now=NOON).next_expiry_at is None
    services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", amount_cp=10, now=NOON)
    assert remaining(alice) == [40, 50]
    assert selectors.balance(wallet_id=alice, now=NOON).next_expiry_at == NOON + DAY


def test_a_released_hold_goes_back_to_its_lots(alice: int) -> None:
    give(alice, 50, expires_at=NOON + DAY)
    give(alice, 50)
    held = set_aside(alice, 80)
    settled = services.release(
        wallet_id=alice, hold_id=held.hold_id, key="failed", reason="worker lost", now=NOON
    )
    assert (settled.captured_cp, settled.released_cp, settled.courtesy_cp) == (0, 80, 0)
    assert remaining(alice) == [50, 50]
    line = selectors.statement(wallet_id=alice)[0]
    assert (line.kind, line.reason, line.spent_cp) == ("release", "worker lost", 0)


def test_capture_is_allowed_after_the_lot_has_ended(alice: int) -> None:
    give(alice, 100, expires_at=NOON + HOUR)
    held = set_aside(alice, 60)
    settled = services.capture(
        wallet_id=alice, hold_id=held.hold_id, key="done", now=NOON + 2 * HOUR
    )
    assert (settled.captured_cp, settled.available_cp, settled.held_cp) == (60, 0, 0)
    kinds = [line.kind for line in selectors.statement(wallet_id=alice)]
    assert kinds == ["capture", "expire", "hold", "grant"]


def test_a_release_after_the_lot_has_ended_comes_back_as_a_courtesy(alice: int) -> None:
    give(alice, 60, source="daily", paid=False, expires_at=NOON + HOUR)
    give(alice, 50)
    held = set_aside(alice, 80)
    late = NOON + 2 * HOUR
    settled = services.release(wallet_id=alice, hold_id=held.hold_id, key="failed", now=late)
    assert (settled.released_cp, settled.available_cp) == (80, 110)
    courtesy, topup = selectors.lots(wallet_id=alice, now=late)
    assert settled.courtesy_cp == 60
    assert (courtesy.source, courtesy.paid, courtesy.remaining_cp) == ("courtesy", False, 60)
    assert (courtesy.starts_at, courtesy.expires_at) == (late, late + DAY)
    assert topup.remaining_cp == 50


def test_free_and_paid_points_come_back_as_courtesies_of_their_own(alice: int) -> None:
    give(alice, 60, source="daily", paid=False, expires_at=NOON + HOUR)
    give(alice, 50, expires_at=NOON + HOUR)
    held = set_aside(alice, 110)
    late = NOON + 2 * HOUR
    settled = services.capture(
        wallet_id=alice, hold_id=held.hold_id, key="done", amount_cp=20, now=late
    )
    assert (settled.captured_cp, settled.released_cp, settled.courtesy_cp) == (20, 90, 90)
    told = [(lot.paid, lot.remaining_cp) for lot in selectors.lots(wallet_id=alice, now=late)]
    assert told == [(False, 40), (True, 50)]


def test_a_change_of_mind_makes_no_point_live_longer(alice: int) -> None:
    """Daily points held a minute before midnight and let go after it have that minute left."""
    midnight = NOON + 12 * HOUR
    give(alice, 60, source="daily", paid=False, expires_at=midnight)
    for minutes in (0, 10, 20):  # not once and not by doing it again
        (lot,) = selectors.lots(wallet_id=alice, now=midnight + timedelta(minutes=minutes - 1))
        assert lot.expires_at == midnight + timedelta(minutes=minutes)
        held = set_aside(alice, 60, now=midnight + timedelta(minutes=minutes - 1))
        services.release(
            wallet_id=alice,
            hold_id=held.hold_id,
            key=f"cancelled:{minutes}",
            courtesy=False,
            now=midnight + timedelta(minutes=minutes + 9),
        )


@pytest.mark.parametrize("first", ["capture", "release"])
@pytest.mark.parametrize("second", ["capture", "release"])
def test_a_hold_is_settled_once(alice: int, first: str, second: str) -> None:
    give(alice, 100)
    hold_id = set_aside(alice, 60).hold_id
    verbs: dict[str, Callable[..., Settled]] = {
        "capture": services.capture,
        "release": services.release,
    }
    verbs[first](wallet_id=alice, hold_id=hold_id, key="first", now=NOON)
    with pytest.raises(HoldAlreadySettled) as refusal:
        verbs[second](wallet_id=alice, hold_id=hold_id, key="second", now=NOON)
    assert refusal.value.state == first + ("d" if first.endswith("e") else "")


def test_a_replay_answers_what_was_answered_first(alice: int) -> None:
    give(alice, 100, expires_at=NOON + HOUR)
    hold_id = set_aside(alice, 60).hold_id
    late = NOON + 2 * HOUR
    request: dict[str, Any] = {
        "wallet_id": alice,
        "hold_id": hold_id,
        "key": "done",
        "amount_cp": 25,
    }
    first = services.capture(**request, now=late)
    give(alice, 7, now=late)
    again = services.capture(**request, now=late + DAY)
    assert again.replayed
    assert (again.captured_cp, again.released_cp, again.courtesy_cp, again.version) == (
        *(first.captured_cp, first.released_cp, first.courtesy_cp, first.version),
    )
    assert (again.available_cp, again.held_cp) == (first.available_cp, first.held_cp)
    with pytest.raises(KeyReused):
        services.capture(**request | {"amount_cp": 26}, now=late)


def test_a_key_of_another_verb_is_refused_and_the_hold_stays(alice: int) -> None:
    give(alice, 100)
    held = services.hold(wallet_id=alice, amount_cp=60, key="one", reference="job:1", now=NOON)
    with pytest.raises(KeyReused):
        services.capture(wallet_id=alice, hold_id=held.hold_id, key="one", now=NOON)
    assert selectors.hold(wallet_id=alice, hold_id=held.hold_id).state == "held"


def test_what_cannot_be_captured(alice: int, bob: int) -> None:
    give(alice, 100)
    hold_id = set_aside(alice, 60).hold_id
    with pytest.raises(CaptureTooLarge):
        services.capture(wallet_id=alice, hold_id=hold_id, key="done", amount_cp=61, now=NOON)
    with pytest.raises(InvalidRequest):
        services.capture(wallet_id=alice, hold_id=hold_id, key="done", amount_cp=0, now=NOON)
    with pytest.raises(UnknownHold):
        services.capture(wallet_id=bob, hold_id=hold_id, key="done", now=NOON)
    with pytest.raises(UnknownHold):
        services.release(wallet_id=bob, hold_id=hold_id, key="done", now=NOON)
    with pytest.raises(UnknownWallet):
        services.release(wallet_id=bob + 10**9, hold_id=hold_id, key="done", now=NOON)
    assert selectors.balance(wallet_id=alice, now=NOON).held_cp == 60


def test_time_never_runs_backwards_within_a_wallet(alice: int) -> None:
    give(alice, 100, now=NOON + DAY)
    held = set_aside(alice, 60, now=NOON)
    services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", now=NOON - DAY)
    assert {line.at for line in selectors.statement(wallet_id=alice)} == {NOON + DAY}
