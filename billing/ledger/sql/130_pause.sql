-- Stops or resumes grants and captures of wallets: a check has found them broken, or mended.
drop function if exists ledger_pause;
create function ledger_pause(p_wallet_ids bigint[], p_paused boolean) returns bigint
language sql as $$
    with changed as (
        update ledger_wallet set paused = p_paused
         where id in (select id from ledger_wallet where id = any (p_wallet_ids) and paused <> p_paused
                       order by id for no key update)
        returning id)
    select count(*) from changed;
$$;
