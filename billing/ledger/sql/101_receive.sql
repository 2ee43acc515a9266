-- The receiving side of a transfer: one lot for each slice that comes, times the rate. The sum is
-- rounded down once, so the parts are cut where their running sums are. Writes lots, entries and the
-- wallet, which it returns; its transaction is the caller's to write.
drop function if exists public.ledger_receive;
create function public.ledger_receive(
    p_wallet_id bigint, p_from_wallet_id bigint, p_lot_ids bigint[], p_amounts_cp bigint[],
    p_numerator bigint, p_denominator bigint, p_transaction_id bigint, p_account public.ledger_account,
    p_now timestamptz) returns public.ledger_wallet
language plpgsql as $$
declare
    w public.ledger_wallet;
    l record;
    v_lot_id bigint;
    v_line int := 0;
    v_sum_cp bigint := 0;
begin
    for l in
        select s.*, upto - coalesce(lag(upto) over (order by place), 0) amount_cp
          from (select x.place, given.source, given.paid, given.starts_at, given.expires_at, given.reference,
                       div(sum(x.amount_cp) over (order by x.place) * p_numerator, p_denominator)::bigint
                           as upto
                  from unnest(p_lot_ids, p_amounts_cp) with ordinality x (lot_id, amount_cp, place)
                  join public.ledger_lot given on given.wallet_id = p_from_wallet_id and given.id = x.lot_id) s
         order by place
    loop
        continue when l.amount_cp = 0;
        insert into public.ledger_lot (wallet_id, source, paid, open, granted_cp, remaining_cp,
                                starts_at, expires_at, reference, unit)
        select p_wallet_id, l.source, l.paid, true, l.amount_cp, l.amount_cp,
               l.starts_at, l.expires_at, l.reference, o.unit
          from public.ledger_wallet o where o.id = p_wallet_id
        returning id into v_lot_id;
        insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
        values (p_wallet_id, p_transaction_id, v_line + 1, p_account, v_lot_id, -l.amount_cp),
               (p_wallet_id, p_transaction_id, v_line + 2, 'available', v_lot_id, l.amount_cp);
        v_line := v_line + 2;
        v_sum_cp := v_sum_cp + l.amount_cp;
    end loop;
    update public.ledger_wallet
       set available_cp = available_cp + v_sum_cp, version = version + 1, latest_at = p_now,
           next_expiry_at = public.ledger_next_expiry(id)
     where id = p_wallet_id returning * into w;
    return w;
end $$;
