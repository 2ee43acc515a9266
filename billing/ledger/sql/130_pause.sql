-- Stops or resumes grants and captures of wallets: a check has found them broken, or mended.
drop function if exists public.ledger_pause;
create function public.ledger_pause(p_wallet_ids bigint[], p_paused boolean) returns bigint
language sql security definer as $$
    with changed as (
        update public.ledger_wallet set paused = p_paused
         where id in (select id from public.ledger_wallet where id = any (p_wallet_ids) and paused <> p_paused
                       order by id for no key update)
        returning id)
    select count(*) from changed;
$$;
