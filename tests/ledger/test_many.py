"""settle_many and grant_many: many wallets in one call."""

from __future__ import annotations

import pytest

from billing.ledger import corrections, selectors, services
from billing.ledger.errors import HoldAlreadySettled, UnknownHold
from billing.ledger.types import Settled, Settlement
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def test_many_holds_are_settled_in_the_order_asked(alice: int, bob: int) -> None:
    for wallet_id in (alice, bob):
        give(wallet_id, 100)
    asked = {"a": bob, "b": alice, "c": bob}
    holds = {name: set_aside(wallet_id, 30).hold_id for name, wallet_id in asked.items()}
    answers = services.settle_many(
        settlements=[
            Settlement(bob, holds["a"], "done:a"),
            Settlement(alice, holds["b"], "done:b", amount_cp=10),
            Settlement(bob, holds["a"], "again:a"),
            Settlement(alice, -1, "done:x"),
            Settlement(bob, holds["c"], "failed:c", amount_cp=0),
        ],
        now=NOON,
    )
    assert [type(answer) for answer in answers] == [
        *(Settled, Settled, HoldAlreadySettled, UnknownHold, Settled),
    ]
    done = [answer for answer in answers if isinstance(answer, Settled)]
    assert [(answer.captured_cp, answer.released_cp) for answer in done] == [
        *((30, 0), (10, 20), (0, 30)),
    ]
    replayed = services.settle_many(
        settlements=[Settlement(bob, holds["a"], "done:a")], now=NOON + DAY
    )
    assert [answer.replayed for answer in replayed if isinstance(answer, Settled)] == [True]


def grant_daily(wallet_ids: list[int]) -> int:
    """The daily points of a day."""
    return services.grant_many(
        wallet_ids=wallet_ids,
        amount_cp=6600,
        source="daily",
        paid=False,
        starts_at=NOON,
        expires_at=NOON + DAY,
        key="daily:2026-07-24",
        now=NOON,
    )


def test_one_grant_to_many_wallets(alice: int, bob: int) -> None:
    plain = [services.open_wallet(now=NOON) for _ in range(5)]
    give(alice, 10, expires_at=NOON + HOUR, now=NOON - DAY)  # something is due there
    give(bob, 10, now=NOON + HOUR)  # time is ahead there
    paused = services.open_wallet(now=NOON)
    corrections.pause(wallet_ids=[paused], paused=True)
    assert grant_daily([*plain[:4], alice, bob, paused]) == 6
    assert grant_daily([*plain, alice, bob, paused]) == 1
    told = [selectors.balance(wallet_id=wallet, now=NOON).available_cp for wallet in plain]
    assert told == [6600] * 5
    (line,) = selectors.statement(wallet_id=plain[0])
    single = services.grant(
        wallet_id=plain[0],
        amount_cp=6600,
        source="daily",
        paid=False,
        starts_at=NOON,
        expires_at=NOON + DAY,
        key="daily:2026-07-24",
        now=NOON,
    )
    assert (single.replayed, single.transaction_id) == (True, line.transaction_id)
