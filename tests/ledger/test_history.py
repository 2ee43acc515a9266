"""Balance and lots at any past moment, and the reports over all wallets."""

from __future__ import annotations

from datetime import date

import pytest

from billing.ledger import corrections, history, reports, selectors, services
from billing.ledger.errors import UnknownWallet
from billing.ledger.types import Flow, Liability
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db


def test_every_past_moment_is_told_as_it_was_told_then(alice: int) -> None:
    give(alice, 50, source="daily", paid=False, expires_at=NOON + 3 * HOUR)
    services.grant(
        wallet_id=alice,
        amount_cp=70,
        source="membership",
        paid=True,
        starts_at=NOON + 2 * HOUR,
        expires_at=NOON + 5 * HOUR,
        key="period:1",
        now=NOON,
    )
    told = []

    def look(hours: float) -> None:
        at = NOON + hours * HOUR
        told.append(
            (
                at,
                selectors.balance(wallet_id=alice, now=at),
                selectors.lots(wallet_id=alice, now=at),
            )
        )

    look(0)
    held = set_aside(alice, 20, now=NOON + HOUR)
    for hours in (1, 2, 2.5, 3):
        look(hours)
    services.release(wallet_id=alice, hold_id=held.hold_id, key="failed", now=NOON + 4 * HOUR)
    for hours in (4, 5, 6):
        look(hours)
    give(alice, 5, now=NOON + 7 * HOUR)
    for at, balance, lots in told:
        assert history.balance_at(wallet_id=alice, at=at) == balance
        assert history.lots_at(wallet_id=alice, at=at) == lots
    assert history.balance_at(wallet_id=alice, at=NOON - DAY).available_cp == 0
    with pytest.raises(UnknownWallet):
        history.balance_at(wallet_id=alice + 10**9, at=NOON)


def test_liability_and_flows_by_source_and_day(alice: int, bob: int) -> None:
    unit_wallets = [services.open_wallet(unit="shell", now=NOON) for _ in range(2)]
    first, second = unit_wallets
    give(first, 100, source="daily", paid=False, expires_at=NOON + HOUR)
    lot = give(second, 500)
    held = set_aside(second, 60)
    set_aside(second, 40)
    services.capture(wallet_id=second, hold_id=held.hold_id, key="done", now=NOON + DAY)
    services.expire(wallet_id=first, now=NOON + DAY)
    corrections.clawback(
        wallet_id=second, lot_id=lot.lot_id, amount_cp=100, key="refund:1", now=NOON + DAY
    )
    assert reports.liability(now=NOON + DAY, unit="shell") == [
        Liability("topup", True, available_cp=300, held_cp=40, frozen_cp=0, waiting_cp=0)
    ]
    flows = reports.flows(
        starts_at=NOON - DAY, ends_at=NOON + 2 * DAY, time_zone="Asia/Shanghai", unit="shell"
    )
    assert flows == [
        Flow(date(2026, 7, 24), "daily", False, 100, 0, 0, 0, 0),
        Flow(date(2026, 7, 24), "topup", True, 500, 0, 0, 0, 0),
        Flow(date(2026, 7, 25), "daily", False, 0, 0, 100, 0, 0),
        Flow(date(2026, 7, 25), "topup", True, 0, 60, 0, 100, 0),
    ]
