-- The slices of a hold when p_captured_cp of it is spent. The lots that end first are spent first;
-- the rest of each slice comes back. What comes back of a lot whose money went back settles the
-- debt that this left; `ended` says that the lot cannot take the remainder any more.
drop function if exists public.ledger_slices;
create function public.ledger_slices(
    h public.ledger_hold, p_captured_cp bigint, p_debt_cp bigint, p_now timestamptz)
returns table (place bigint, lot_id bigint, captured_cp bigint, repaid_cp bigint, returned_cp bigint,
               paid boolean, ended boolean)
language sql stable as $$
    select r.place, r.lot_id, r.captured_cp, r.repaid_cp, r.back_cp - r.repaid_cp, r.paid,
           r.back_cp > r.repaid_cp and coalesce(r.expires_at <= p_now, false)
      from (select s.place, s.lot_id, s.captured_cp, s.amount_cp - s.captured_cp, l.paid, l.expires_at,
                   greatest(0, least(c.clawed_cp,
                            p_debt_cp - sum(c.clawed_cp) over (order by s.place) + c.clawed_cp))::bigint
              from (select place, lot_id, amount_cp,
                           least(amount_cp, greatest(0, p_captured_cp + amount_cp
                                                        - sum(amount_cp) over (order by place)))::bigint
                      from unnest(h.lot_ids, h.lot_amounts_cp) with ordinality x (lot_id, amount_cp, place)
                   ) s (place, lot_id, amount_cp, captured_cp)
              join public.ledger_lot l on l.wallet_id = h.wallet_id and l.id = s.lot_id
             cross join lateral (select least(s.amount_cp - s.captured_cp, l.clawed_back_cp)) c (clawed_cp)
           ) r (place, lot_id, captured_cp, back_cp, paid, expires_at, repaid_cp);
$$;
