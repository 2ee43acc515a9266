-- Decisions about registration are added, never changed or taken away.
create or replace function public.accounts_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create or replace trigger accounts_registrationchange_append_only
    before update or delete on accounts_registrationchange
    for each row execute function accounts_refuse_change();
