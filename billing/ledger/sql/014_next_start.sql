-- The earliest start of a lot of the wallet that waits for it, or null.
drop function if exists public.ledger_next_start;
create function public.ledger_next_start(p_wallet_id bigint) returns timestamptz
language sql stable as $$
    select starts_at from public.ledger_lot where wallet_id = p_wallet_id and waiting_cp > 0
     order by starts_at, id limit 1;
$$;
