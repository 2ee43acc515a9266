-- The entries of slices that go from one account to another as they are.
drop function if exists public.ledger_write_slices;
create function public.ledger_write_slices(
    p_wallet_id bigint, p_transaction_id bigint, p_lot_ids bigint[], p_amounts_cp bigint[],
    p_from public.ledger_account, p_to public.ledger_account) returns void
language sql as $$
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select p_wallet_id, p_transaction_id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
      from unnest(p_lot_ids, p_amounts_cp) with ordinality s (lot_id, amount_cp, place),
           (values (-1, p_from, -1), (0, p_to, 1)) x (line, account, sign);
$$;
