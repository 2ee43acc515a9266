"""How migrations run the files in `sql/`.

Files below 010 are run once. A function's file may be run again and again: it drops the function
and makes it anew, and its body is looked at when it is first called, because an early migration
runs today's files against yesterday's tables. To change a function, edit its file and add a
migration whose one operation is `functions()`; a test proves that the database holds what the
files say.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import migrations

SQL = Path(__file__).resolve().parent / "sql"
PARTITIONS_DEFAULT = 16
APPEND_ONLY = ("ledger_transaction", "ledger_entry")


def tables() -> migrations.RunSQL:
    """Makes the tables, LEDGER_PARTITIONS partitions of each big one, and their triggers."""
    count = int(getattr(settings, "LEDGER_PARTITIONS", PARTITIONS_DEFAULT))
    statements = [_text("000_tables.sql"), _text("001_append_only.sql")]
    for table in APPEND_ONLY:
        partitions = [f"{table}_{part:03}" for part in range(count)]
        statements += [
            f"create table {name} partition of {table}"
            f" for values with (modulus {count}, remainder {part});"
            for part, name in enumerate(partitions)
        ]
        statements.append(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each row execute function ledger_refuse_change();"
        )
        # A row trigger of the parent reaches its partitions by itself; a truncate trigger does not.
        statements += [
            f"create trigger {table}_no_truncate before truncate on {name}"
            " for each statement execute function ledger_refuse_change();"
            for name in [table, *partitions]
        ]
    return migrations.RunSQL("\n".join(statements), migrations.RunSQL.noop)


def functions() -> migrations.RunSQL:
    """Makes every function anew, in the order of the files' numbers."""
    files = sorted(path.name for path in SQL.glob("*.sql") if path.name >= "010")
    statements = ["set local check_function_bodies = off;", *map(_text, files)]
    return migrations.RunSQL("\n".join(statements), migrations.RunSQL.noop)


def once(name: str) -> migrations.RunSQL:
    """Runs one file below 010, such as `002_all_verbs.sql`."""
    return migrations.RunSQL(_text(name), migrations.RunSQL.noop)


def _text(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")
