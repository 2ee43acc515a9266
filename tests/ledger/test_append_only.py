"""Transactions and entries are written once; writes need an open database transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import Error, connection, transaction

from billing.ledger import services
from billing.ledger.errors import NotInTransaction
from billing.ledger.models import Entry, Transaction
from tests.ledger.people import DAY, NOON, give, key, set_aside


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_entry", "ledger_entry_000"])
@pytest.mark.parametrize(
    "statement", ["update {} set wallet_id = wallet_id", "delete from {}", "truncate {}"]
)
def test_no_change_even_for_the_owner_of_the_tables(alice: int, table: str, statement: str) -> None:
    # A wallet for every partition, so that the rows of each are tried.
    for wallet_id in [alice, *(services.open_wallet(now=NOON) for _ in range(200))]:
        give(wallet_id, 100)
    with (
        pytest.raises(Error, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.django_db
def test_no_change_through_the_models(alice: int) -> None:
    give(alice, 100)
    for rows in (Transaction.objects.all(), Entry.objects.all()):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            rows.update(wallet_id=0)
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            rows.delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["open_wallet", "grant", "hold", "capture", "release", "expire"])
def test_a_write_outside_a_database_transaction_is_refused(alice: int, verb: str) -> None:
    with transaction.atomic():
        give(alice, 100)
        hold_id = set_aside(alice, 10).hold_id
    arguments: dict[str, dict[str, Any]] = {
        "open_wallet": {},
        "grant": {
            "amount_cp": 1,
            "source": "topup",
            "paid": True,
            "starts_at": NOON,
            "expires_at": NOON + DAY,
            "key": key(),
        },
        "hold": {"amount_cp": 1, "key": key(), "reference": "job:1"},
        "capture": {"hold_id": hold_id, "key": key()},
        "release": {"hold_id": hold_id, "key": key()},
        "expire": {},
    }
    wallet = {} if verb == "open_wallet" else {"wallet_id": alice}
    with pytest.raises(NotInTransaction):
        getattr(services, verb)(**wallet, **arguments[verb], now=NOON)
