-- The entries of one lot in a transaction: one for each account whose amount is not zero.
drop function if exists public.ledger_write_entries;
create function public.ledger_write_entries(
    p_wallet_id bigint, p_transaction_id bigint, p_lot_id bigint,
    p_accounts public.ledger_account[], p_amounts_cp bigint[]) returns void
language sql as $$
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select p_wallet_id, p_transaction_id, x.line, x.account, p_lot_id, x.amount_cp
      from unnest(p_accounts, p_amounts_cp) with ordinality x (account, amount_cp, line)
     where x.amount_cp <> 0;
$$;
