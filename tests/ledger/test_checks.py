"""check_ledger sees every kind of damage, and the database holds what the files say."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from billing.ledger import checks, ddl, services
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

pytestmark = pytest.mark.django_db
LATER = NOON + 1000 * DAY
GUARDED = ("ledger_transaction", "ledger_entry")

# The damage, and a word of each invariant that must notice it. `{}` is Alice's wallet.
DAMAGE = {
    "update ledger_entry set amount_cp = amount_cp + 1 where account = 'held' and amount_cp > 0": {
        "sum to zero",
        "sum of its entries",
        "A hold is made once",
        "follow from",
    },
    "delete from ledger_entry where account in ('held', 'spent')": {"sum to zero"},
    "delete from ledger_entry": {"Every transaction has entries", "A lot is the sum"},
    "insert into ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)"
    " values ({0}, 0, 1, 'held', 1, 5), ({0}, 0, 2, 'spent', 1, -5)": {"every entry has"},
    "update ledger_wallet set available_cp = available_cp + 1": {
        "A wallet is the sum",
        "What is available",
    },
    "update ledger_wallet set held_cp = held_cp + 1": {"A wallet is the sum", "What is held"},
    "update ledger_wallet set debt_cp = debt_cp + 1": {"A wallet is the sum"},
    "update ledger_wallet set frozen_cp = frozen_cp + 1": {"A wallet is the sum"},
    "update ledger_wallet set next_start_at = now()": {"next start"},
    "update ledger_lot set clawed_back_cp = 1": {"A lot is the sum"},
    "update ledger_lot set waiting_cp = 1": {"A lot is the sum", "next start"},
    "update ledger_transaction set counterpart_id = 1": {"Both sides of a transfer"},
    "update ledger_hold set settled_at = now() where state = 'held'": {"slices of a hold"},
    "update ledger_wallet set version = version + 1": {"versions of a wallet"},
    "update ledger_wallet set next_expiry_at = null": {"knows the next end"},
    "update ledger_wallet set latest_at = latest_at + interval '1 day'": {"latest write"},
    "update ledger_lot set remaining_cp = remaining_cp - 1 where remaining_cp > 1": {
        "A lot is the sum",
        "What is available",
    },
    "update ledger_lot set granted_cp = granted_cp + 1": {"A lot is the sum"},
    "delete from ledger_lot": {"A lot is the sum"},
    "delete from ledger_wallet": {"versions of a wallet", "What is available", "What is held"},
    "delete from ledger_hold": {"What is held", "A hold is made once"},
    "update ledger_hold set lot_amounts_cp[1] = 1": {"slices of a hold"},
    "update ledger_hold set captured_cp = 1 where state = 'captured'": {"A hold is made once"},
    "update ledger_hold set state = 'released', captured_cp = 0 where state = 'captured'": {
        "A hold is made once"
    },
    "update ledger_transaction set version = version + 100 where kind = 'capture'": {
        "versions of a wallet"
    },
    "update ledger_transaction set available_after_cp = available_after_cp + 1": {"follow from"},
    "update ledger_transaction set occurred_at = occurred_at - interval '1 h' where version = 2": {
        "follow from"
    },
    "update ledger_transaction set occurred_at = '2100-01-01'": {"in the future"},
    "update ledger_transaction set hold_id = null where kind = 'capture'": {"A hold is made once"},
}


def story(wallet_id: int) -> None:
    """A lot with an end, a captured hold, an open hold."""
    give(wallet_id, 1000, expires_at=NOON + DAY)
    captured = set_aside(wallet_id, 100)
    set_aside(wallet_id, 50, now=NOON + HOUR)
    services.capture(wallet_id=wallet_id, hold_id=captured.hold_id, key="done", now=NOON + 2 * HOUR)


@pytest.mark.parametrize("statement", DAMAGE)
def test_damage_is_seen(alice: int, statement: str) -> None:
    story(alice)
    with connection.cursor() as cursor, transaction.atomic():
        point = transaction.savepoint()
        for table in GUARDED:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(statement.format(alice))
        breaches = checks.check(now=LATER)
        transaction.savepoint_rollback(point)
    told = {breach.invariant + " " + breach.detail for breach in breaches}
    unseen = {word for word in DAMAGE[statement] if not any(word in line for line in told)}
    assert not unseen, told
    assert alice in {breach.wallet_id for breach in breaches}


def test_an_overdue_wallet_is_sound(alice: int) -> None:
    story(alice)
    assert checks.check(now=NOON + timedelta(days=500)) == []


def test_the_command_says_sound_or_exits_1(alice: int) -> None:
    story(alice)
    out = StringIO()
    # Other tests have committed to this ledger, some with clocks that are ahead.
    ask = partial(call_command, "check_ledger", "--latest=2126-01-01T00:00:00+00:00", stdout=out)
    ask()
    assert "sound" in out.getvalue()
    with connection.cursor() as cursor, transaction.atomic():
        point = transaction.savepoint()
        cursor.execute("update ledger_wallet set held_cp = 7 where id = %s", [alice])
        with pytest.raises(SystemExit) as stop:
            ask()
        transaction.savepoint_rollback(point)
    assert stop.value.code == 1
    assert f"BREACH: What is held is what the open holds hold [wallet {alice}]" in out.getvalue()


def test_the_database_holds_the_functions_of_the_files() -> None:
    written = {}
    for path in ddl.SQL.glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        for name, body in re.findall(
            r"create (?:or replace )?function (?:public\.)?(\w+)\(.*?as \$\$(.*?)\$\$;",
            text,
            re.DOTALL,
        ):
            written[name] = body
            # One function a file, named after its number: what a newcomer looks for is found.
            assert path.stem[4:] in {name.removeprefix("ledger_"), "append_only"}
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname, prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where proname like 'ledger\\_%%' and n.nspname = current_schema()"
        )
        assert dict(cursor.fetchall()) == written
