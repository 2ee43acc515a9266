"""A day's points for a million wallets in one statement, against a bare insert of as many rows."""

from __future__ import annotations

import time

from bench._ledger.databases import Session, Target, connect


def measure(target: Target, count: int) -> dict[str, float]:
    """Wallets a second: `daily grants` set-based, `insert select` of the same rows."""
    with connect(target) as session:
        session.execute(
            "create temp table fresh as select ledger_open_wallet('point', now()) id"
            " from generate_series(1, %s)",
            (count,),
        )
        session.execute(
            "create table if not exists bare_lot (like ledger_lot including all);"
            "create table if not exists bare_transaction (like ledger_transaction including all);"
            "create table if not exists bare_entry (like ledger_entry including all)"
        )
        session.execute("vacuum analyze ledger_wallet")
        granted = timed(
            session,
            "select ledger_grant_many(array_agg(id), 6600, 'daily', false, now(),"
            " now() + interval '1 day', 'daily:1', '', now()) from fresh",
        )
        bare = timed(
            session,
            "insert into bare_lot select l.* from ledger_lot l join fresh f on f.id = l.wallet_id;"
            "insert into bare_transaction select t.* from ledger_transaction t"
            " join fresh f on f.id = t.wallet_id;"
            "insert into bare_entry select e.* from ledger_entry e"
            " join fresh f on f.id = e.wallet_id",
        )
    return {"daily grants": count / granted, "insert select": count / bare}


def timed(session: Session, statement: str) -> float:
    """How long a statement takes, in seconds."""
    began = time.monotonic()
    session.execute(statement)
    return time.monotonic() - began
