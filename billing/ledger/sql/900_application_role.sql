-- The role an application is a member of in production: it may read the tables and call the verbs,
-- nothing else. The verbs run with the rights of their owner, so everything in the files is named
-- with its schema; the role must not be able to create anything in any schema. Where the owner may
-- not make roles there is none, and the application connects as the owner.
do $$
declare
    r record;
begin
    if not exists (select from pg_roles where rolname = 'ledger_application') then
        begin
            create role ledger_application nologin;
        exception
            when duplicate_object or unique_violation then null;  -- another database just made it
            when insufficient_privilege then
                raise notice 'no role ledger_application: % may not make roles', current_user;
                return;
        end;
    end if;
    grant usage on schema public to ledger_application;
    for r in select c.oid::regclass as name from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relname like 'ledger\_%'
                and c.relkind in ('r', 'p')
    loop
        execute format('revoke all on %s from public, ledger_application', r.name);
        execute format('grant select on %s to ledger_application', r.name);
    end loop;
    for r in select p.oid::regprocedure as name, p.prosecdef or p.provolatile = 's' as callable
               from pg_proc p
              where p.pronamespace = 'public'::regnamespace and p.proname like 'ledger\_%'
    loop
        execute format('revoke all on function %s from public', r.name);
        if r.callable then
            execute format('grant execute on function %s to ledger_application', r.name);
        end if;
    end loop;
end $$;
