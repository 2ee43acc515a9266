-- The transaction a key has already made in this wallet, or a row of nulls. The caller holds the
-- wallet's lock, so no other can be making it now. Volatile on purpose: it must see what was
-- committed while the caller waited for that lock.
drop function if exists public.ledger_stored;
create function public.ledger_stored(p_wallet_id bigint, p_key text) returns public.ledger_transaction
language sql volatile as $$
    select t from public.ledger_transaction t where t.wallet_id = p_wallet_id and t.key = p_key;
$$;
