-- Puts what a settled hold did not spend back into its lots and writes the entries of all its
-- slices. Where a lot has ended, its part goes into the courtesy
-- lot p_courtesy_lot_id instead, which lives 24 hours and counts as paid if any of it was. The
-- caller holds the wallet's lock.
drop function if exists public.ledger_give_back;
create function public.ledger_give_back(
    h public.ledger_hold, p_captured_cp bigint, p_debt_cp bigint, p_transaction_id bigint,
    p_courtesy_lot_id bigint, p_now timestamptz) returns void
language plpgsql as $$
begin
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select h.wallet_id, p_transaction_id, row_number() over (order by s.place, x.line),
           x.account, x.lot_id, x.amount_cp
      from public.ledger_slices(h, p_captured_cp, p_debt_cp, p_now) s, lateral (values
           (1, 'held'::public.ledger_account, s.lot_id, -s.captured_cp - s.repaid_cp - s.returned_cp),
           (2, 'spent', s.lot_id, s.captured_cp),
           (3, 'debt', s.lot_id, s.repaid_cp),
           (4, 'available', s.lot_id, case when s.ended then 0 else s.returned_cp end),
           (5, 'courtesy', s.lot_id, case when s.ended then s.returned_cp else 0 end),
           (6, 'courtesy', p_courtesy_lot_id, case when s.ended then -s.returned_cp else 0 end),
           (7, 'available', p_courtesy_lot_id, case when s.ended then s.returned_cp else 0 end)
           ) x (line, account, lot_id, amount_cp)
     where x.amount_cp <> 0;
    insert into public.ledger_lot (id, wallet_id, source, paid, open, granted_cp, remaining_cp,
                            starts_at, expires_at, reference, unit)
    select p_courtesy_lot_id, h.wallet_id, 'courtesy', bool_or(s.paid), true, sum(s.returned_cp),
           sum(s.returned_cp), p_now, p_now + interval '24 hours', h.reference, min(l.unit)
      from public.ledger_slices(h, p_captured_cp, p_debt_cp, p_now) s
      join public.ledger_lot l on l.wallet_id = h.wallet_id and l.id = s.lot_id
     where s.ended having count(*) > 0;
    update public.ledger_lot l set remaining_cp = l.remaining_cp + s.returned_cp, open = true
      from public.ledger_slices(h, p_captured_cp, p_debt_cp, p_now) s
     where l.wallet_id = h.wallet_id and l.id = s.lot_id and s.returned_cp > 0 and not s.ended;
end $$;
