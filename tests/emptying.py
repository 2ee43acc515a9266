"""Emptying the database after a test that committed, in a fraction of the time.

Django truncates every table it knows, some ninety, which makes all their files and indexes anew; a
test fills ten of them with a few rows. Here those rows are deleted, with the triggers off that keep
people from deleting them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction
from psycopg import sql

from generation.seeding import load_launch_effects

# What migrating fills, and no test changes.
_KEPT = frozenset({"django_content_type", "auth_permission", "django_migrations"})
# From here on a new file is cheaper than rows that vacuum must clear.
_MANY = 1000


def empty(case: Any) -> None:
    """What follows a test with committed data, in the place of Django's flush."""
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        tables = connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
        with transaction.atomic(using=name), connection.cursor() as cursor:
            _delete(cursor, sorted(set(tables) - _KEPT))
        load_launch_effects(using=name)


def _delete(cursor: Any, tables: Sequence[str]) -> None:
    # Another process may still write: wait for it, and see what it wrote.
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(names))
    counts = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*) FROM (SELECT FROM {} LIMIT {}) AS few").format(
            sql.Literal(table), sql.Identifier(table), _MANY
        )
        for table in tables
    )
    cursor.execute(counts)
    filled = {table: rows for table, rows in cursor.fetchall() if rows}
    if max(filled.values(), default=0) >= _MANY:
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        return
    for verb in ("ALTER TABLE {} DISABLE TRIGGER USER", "DELETE FROM {}"):
        for table in filled:
            cursor.execute(sql.SQL(verb).format(sql.Identifier(table)))
    # What refers to what is checked now: a table with checks to come cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in filled:
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
