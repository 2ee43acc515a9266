-- A new wallet, empty, of one unit. Its time starts at p_now.
drop function if exists public.ledger_open_wallet;
create function public.ledger_open_wallet(p_unit text, p_now timestamptz) returns bigint language sql security definer as $$
    insert into public.ledger_wallet (unit, latest_at, opened_at) values (p_unit, p_now, p_now)
    returning id;
$$;
