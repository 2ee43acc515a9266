"""The role that serving processes take on: all rights but to write the ledger's tables.

What it may do to the ledger is in `sql/900_application_role.sql`, part of the migrations. The other
apps' tables come and go with their own migrations, so their rights are given after each `migrate`.
A table whose comment starts with `append-only` is read and added to, nothing else.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

_GRANT = """
do $$
declare
    r record;
begin
    if not exists (select from pg_roles where rolname = 'ledger_application') then
        return;                        -- the owner may not make roles: nobody can take it on
    end if;
    if not pg_has_role('ledger_application', 'set') then
        grant ledger_application to current_user;
    end if;
    for r in select c.oid::regclass as name, c.relkind = 'S' as counts,
                    coalesce(obj_description(c.oid, 'pg_class'), '') ~ '^append-only' as grows
               from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relname not like 'ledger\\_%'
                and c.relkind in ('r', 'p', 'S')
    loop
        if r.counts then
            execute format('grant usage, select on sequence %s to ledger_application', r.name);
        elsif r.grows then
            execute format('revoke all on %s from public, ledger_application', r.name);
            execute format('grant select, insert on %s to ledger_application', r.name);
        else
            execute format(
                'grant select, insert, update, delete on %s to ledger_application', r.name);
        end if;
    end loop;
end $$
"""


def grant_other_tables(*, using: str, **_: Any) -> None:
    """After `migrate`: lets the role use every table that is not the ledger's."""
    with connections[using].cursor() as cursor:
        cursor.execute(_GRANT)
