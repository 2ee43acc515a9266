-- The slices of a hold when p_captured_cp of it is spent: the lots that end first are spent first,
-- the rest of each slice goes back; `ended` says that its lot cannot take it any more.
drop function if exists ledger_slices;
create function ledger_slices(h ledger_hold, p_captured_cp bigint, p_now timestamptz)
returns table (place bigint, lot_id bigint, captured_cp bigint, returned_cp bigint, paid boolean,
               ended boolean)
language sql stable as $$
    select s.place, s.lot_id, s.captured_cp, s.amount_cp - s.captured_cp, l.paid,
           s.amount_cp > s.captured_cp and coalesce(l.expires_at <= p_now, false)
      from (select place, lot_id, amount_cp,
                   least(amount_cp, greatest(0, p_captured_cp + amount_cp
                                                - sum(amount_cp) over (order by place)))::bigint
              from unnest(h.lot_ids, h.lot_amounts_cp) with ordinality x (lot_id, amount_cp, place)
           ) s (place, lot_id, amount_cp, captured_cp)
      join ledger_lot l on l.wallet_id = h.wallet_id and l.id = s.lot_id;
$$;
