-- Takes an amount out of the wallet's open lots in order of use and says which lots gave how much.
-- The caller holds the wallet's lock and has seen that enough is available.
drop function if exists public.ledger_burn;
create function public.ledger_burn(
    p_wallet_id bigint, p_amount_cp bigint,
    out lot_ids bigint[], out lot_amounts_cp bigint[], out lot_sources text[], out lot_paid boolean[])
language plpgsql as $$
#variable_conflict use_column
declare
    v_left_cp bigint := p_amount_cp;
    v_take_cp bigint;
    l record;
begin
    for l in select id, source, paid, remaining_cp from public.ledger_lot
              where wallet_id = p_wallet_id and open order by expires_at, paid, id
    loop
        v_take_cp := least(v_left_cp, l.remaining_cp);
        update public.ledger_lot set remaining_cp = remaining_cp - v_take_cp, open = remaining_cp > v_take_cp
         where wallet_id = p_wallet_id and id = l.id;
        lot_ids := lot_ids || l.id;
        lot_amounts_cp := lot_amounts_cp || v_take_cp;
        lot_sources := lot_sources || l.source::text;
        lot_paid := lot_paid || l.paid;
        v_left_cp := v_left_cp - v_take_cp;
        exit when v_left_cp = 0;
    end loop;
    if v_left_cp <> 0 then
        raise exception 'wallet % says more is available than its lots have left', p_wallet_id
            using errcode = 'data_corrupted';
    end if;
end $$;
