"""What many database sessions do to one wallet at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from billing.ledger import selectors, services
from billing.ledger.errors import HoldAlreadySettled, InsufficientPoints, LedgerError
from tests.ledger.people import DAY, NOON, give, set_aside

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """Runs each step in a session and a database transaction of its own, all released together."""
    barrier = Barrier(len(steps))

    def run(step: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(timeout=30)
        try:
            with transaction.atomic(durable=True):
                return step()
        except LedgerError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


@pytest.mark.parametrize("count", [20, 60, 200])
def test_holds_of_75_on_500_grant_six(alice: int, count: int) -> None:
    with transaction.atomic():
        give(alice, 300, source="daily", paid=False, expires_at=NOON + DAY)
        give(alice, 200)
    answers = at_once(*[lambda: set_aside(alice, 75)] * count)
    assert sum(not isinstance(answer, LedgerError) for answer in answers) == 6
    refused = [answer for answer in answers if isinstance(answer, InsufficientPoints)]
    assert len(refused) == count - 6
    balance = selectors.balance(wallet_id=alice, now=NOON)
    assert (balance.available_cp, balance.held_cp, balance.version) == (50, 450, 8)


def test_a_hold_is_captured_or_released_never_both(alice: int) -> None:
    with transaction.atomic():
        give(alice, 4000)
    for round_ in range(40):
        with transaction.atomic():
            hold_id = set_aside(alice, 50).hold_id
        settle: dict[str, Any] = {"wallet_id": alice, "hold_id": hold_id, "now": NOON}
        answers = at_once(
            partial(services.capture, **settle, key=f"capture:{round_}"),
            partial(services.release, **settle, key=f"release:{round_}"),
        )
        losers = [answer for answer in answers if isinstance(answer, LedgerError)]
        assert [type(loser) for loser in losers] == [HoldAlreadySettled]


def test_thirty_retries_of_one_key_write_once(alice: int) -> None:
    with transaction.atomic():
        give(alice, 1000)
    answers = at_once(
        *[
            lambda: services.hold(
                wallet_id=alice, amount_cp=75, key="submit:1", reference="job:1", now=NOON
            )
        ]
        * 30
    )
    assert len({answer.hold_id for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 29
    balance = selectors.balance(wallet_id=alice, now=NOON)
    assert (balance.available_cp, balance.held_cp, balance.version) == (925, 75, 2)


def test_sixty_claims_of_one_day_grant_once(alice: int) -> None:
    answers = at_once(
        *[
            lambda: services.grant(
                wallet_id=alice,
                amount_cp=6600,
                source="daily",
                paid=False,
                starts_at=NOON,
                expires_at=NOON + DAY,
                key="daily:2026-07-24",
                now=NOON,
            )
        ]
        * 60
    )
    assert len({answer.lot_id for answer in answers}) == 1
    assert selectors.balance(wallet_id=alice, now=NOON).available_cp == 6600
