"""One SQL statement of the ledger: prepared on first use, its parameters bound by the server.

Django's own cursor writes parameters into the text, so PostgreSQL would plan every call again; a
plain psycopg cursor on the same connection, in the same database transaction, does not. Reads and
writes of the ledger all pass here.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8

from billing.ledger.errors import NotInTransaction


def fetch_all(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows of one statement. Raises django.db.Error."""
    connection.ensure_connection()
    bound = [_bound(value) for value in parameters]
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, bound or None).fetchall()


def fetch_one(statement: str, *parameters: object) -> tuple[Any, ...] | None:
    """The first row of one statement, or None. Raises django.db.Error."""
    rows = fetch_all(statement, *parameters)
    return rows[0] if rows else None


def write(statement: str, *parameters: object) -> tuple[Any, ...]:
    """The single row a ledger function answers. Raises NotInTransaction and django.db.Error."""
    return write_all(statement, *parameters)[0]


def write_all(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows a ledger function answers. Raises NotInTransaction and django.db.Error."""
    if not connection.in_atomic_block:
        raise NotInTransaction("ledger writes need an open database transaction")
    return fetch_all(statement, *parameters)


def _bound(value: object) -> object:
    """Whole numbers as 64 bits: one prepared plan whatever the size of the value."""
    if type(value) is int:
        return Int8(value)
    if type(value) is list:
        return [_bound(item) for item in value]
    return value
