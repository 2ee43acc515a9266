-- The earliest end of an open lot of the wallet, or null. Lots without an end sort last.
drop function if exists public.ledger_next_expiry;
create function public.ledger_next_expiry(p_wallet_id bigint) returns timestamptz
language sql stable as $$
    select expires_at from public.ledger_lot where wallet_id = p_wallet_id and open
     order by expires_at, paid, id limit 1;
$$;
