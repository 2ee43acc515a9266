"""The invariants, proven over the whole ledger with one set-based statement each.

Run nightly, by `check_ledger`, and after the ledger's tests. The entries are the truth: everything
the other tables store is rebuilt from them and compared. Each file of `sql/checks/` is one
invariant: its first line says it, its rows (wallet_id, detail) are the breaches.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from billing.ledger.rows import fetch_all
from billing.ledger.types import Breach

CHECKS = Path(__file__).resolve().parent / "sql" / "checks"
BREACHES_MAX = 1000  # for each invariant; enough to see what is wrong


def check(*, now: datetime) -> list[Breach]:
    """Every breach of every invariant, at most 1000 of each; an empty list means sound.

    `now` is the latest time a transaction may carry. Raises django.db.Error.
    """
    breaches = []
    with transaction.atomic():
        fetch_all("select set_config('ledger.check_now', %s::text, true)", now.isoformat())
        for path in sorted(CHECKS.glob("*.sql")):
            invariant, _, statement = path.read_text(encoding="utf-8").partition("\n")
            rows = fetch_all(f"{statement} limit {BREACHES_MAX}")
            name = invariant.removeprefix("-- ").removesuffix(".")
            breaches += [Breach(name, detail, wallet_id) for wallet_id, detail in rows]
    return breaches


def count() -> int:
    """How many invariants there are."""
    return len(list(CHECKS.glob("*.sql")))
