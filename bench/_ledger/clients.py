"""What one Python process of the comparison does: pairs for some seconds, through one way.

Run as `python -m bench._ledger.clients WAY SECONDS WALLETS`; prints how many pairs it made. Django
is set up from the environment, so that it is the settings of production that are measured.
"""

from __future__ import annotations

import random
import sys
import time
import uuid
from collections.abc import Callable

import django
import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from billing.ledger import services


def through_services(wallet_id: int) -> None:
    """hold and capture, each in a database transaction of its own, as two use cases would."""
    with transaction.atomic(durable=True):
        held = services.hold(
            wallet_id=wallet_id,
            amount_cp=1,
            key=uuid.uuid4().hex,
            reference="job:1",
            now=timezone.now(),
        )
    with transaction.atomic(durable=True):
        services.capture(
            wallet_id=wallet_id, hold_id=held.hold_id, key=uuid.uuid4().hex, now=timezone.now()
        )


def through_psycopg() -> Callable[[int], None]:
    """The two functions called bare: prepared, each committing by itself."""
    database = settings.DATABASES["default"]
    session = psycopg.connect(
        host=database["HOST"],
        user=database["USER"],
        dbname=database["NAME"],
        autocommit=True,
        prepare_threshold=0,
    )

    def pair(wallet_id: int) -> None:
        row = session.execute(
            "select * from ledger_hold(%s::bigint, 1, %s, 'job:1', now())",
            (wallet_id, uuid.uuid4().hex),
        ).fetchone()
        assert row is not None
        session.execute(
            "select * from ledger_capture(%s::bigint, %s::bigint, null, %s, now())",
            (wallet_id, row[2], uuid.uuid4().hex),
        ).fetchone()

    return pair


def main(way: str, seconds: float, wallets: int) -> None:
    """Pairs until the time is over."""
    pair = through_services if way == "services" else through_psycopg()
    connection.ensure_connection()
    for _ in range(10):
        pair(random.randint(1, wallets))
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        pair(random.randint(1, wallets))
        count += 1
    print(count)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
