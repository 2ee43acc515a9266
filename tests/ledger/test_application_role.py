"""What the application's role may do: call the verbs and read, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import Error, connection, transaction

from billing.ledger import corrections, history, reports, selectors, services
from tests.ledger.people import NOON, give, set_aside

pytestmark = pytest.mark.django_db
TABLES = ("wallet", "lot", "hold", "transaction", "entry", "rate")


@contextmanager
def application() -> Iterator[None]:
    """The database session as the application's role."""
    with connection.cursor() as cursor:
        cursor.execute("grant ledger_application to current_user")
        cursor.execute("set role ledger_application")
        try:
            yield
        finally:
            cursor.execute("reset role")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_{} set id = default",
        "delete from ledger_{}",
        "truncate ledger_{}",
        "insert into ledger_{} default values",
        "alter table ledger_{} disable trigger all",
        "drop table ledger_{}",
    ],
)
def test_it_changes_no_table(alice: int, table: str, statement: str) -> None:
    give(alice, 100)
    with (
        application(),
        pytest.raises(Error, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "call",
    [
        "ledger_burn(1, 1)",
        "ledger_catch_up(1, now())",
        "ledger_write_slices(1, 1, '{1}', '{1}', 'spent', 'available')",
        "nextval('ledger_hold_id_seq')",
    ],
)
def test_it_calls_no_inner_step(alice: int, call: str) -> None:
    with (
        application(),
        pytest.raises(Error, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"select {call}")


def test_it_calls_every_verb_and_reads(bob: int) -> None:
    with application():
        alice = services.open_wallet(now=NOON)
        lot = give(alice, 100)
        held = set_aside(alice, 30)
        services.capture(wallet_id=alice, hold_id=held.hold_id, key="done", amount_cp=10, now=NOON)
        held = set_aside(alice, 5)
        services.release(wallet_id=alice, hold_id=held.hold_id, key="failed", now=NOON)
        services.expire(wallet_id=alice, now=NOON)
        ask: dict[str, Any] = {"wallet_id": alice, "lot_id": lot.lot_id, "now": NOON}
        corrections.freeze(**ask, key="dispute")
        corrections.unfreeze(**ask, key="won")
        corrections.clawback(**ask, key="refund", amount_cp=20)
        corrections.adjust(
            wallet_id=alice, amount_cp=1, key="fix", reason="r", actor="staff", now=NOON
        )
        corrections.transfer(wallet_id=alice, to_wallet_id=bob, amount_cp=9, key="move", now=NOON)
        assert selectors.balance(wallet_id=alice, now=NOON).available_cp == 60
        assert selectors.lots(wallet_id=bob, now=NOON)[0].remaining_cp == 9
        assert len(selectors.statement(wallet_id=alice)) == 10
        assert history.balance_at(wallet_id=alice, at=NOON).available_cp == 60
        assert reports.liability(now=NOON)


def test_a_shadow_table_of_the_session_is_not_written(alice: int) -> None:
    give(alice, 100)
    with application(), connection.cursor() as cursor:
        cursor.execute("create temp table ledger_wallet (like public.ledger_wallet)")
        cursor.execute("insert into ledger_wallet select * from public.ledger_wallet")
        assert set_aside(alice, 30).available_cp == 70
        cursor.execute("select available_cp from public.ledger_wallet where id = %s", [alice])
        assert cursor.fetchone() == (70,)
        cursor.execute("drop table pg_temp.ledger_wallet")


def test_it_writes_every_other_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c where c.relkind in ('r', 'p')"
            " and c.relnamespace = 'public'::regnamespace and c.relname not like 'ledger\\_%%'"
            " and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^append-only'"
            " and not has_table_privilege('ledger_application', c.oid,"
            " 'select, insert, update, delete')"
        )
        assert cursor.fetchall() == []
