-- Transactions and entries are written once. A trigger, not only a missing privilege: it stops the
-- owner of the tables and a superuser too.
create or replace function ledger_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation',
              hint = 'Correct by adding: a wrong transaction is followed by a right one.';
end $$;
