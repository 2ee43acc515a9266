-- A new wallet, empty. Its time starts at p_now.
drop function if exists ledger_open_wallet;
create function ledger_open_wallet(p_now timestamptz) returns bigint language sql as $$
    insert into ledger_wallet (latest_at, opened_at) values (p_now, p_now) returning id;
$$;
