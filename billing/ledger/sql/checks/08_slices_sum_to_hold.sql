-- The slices of a hold sum to it, and its state says what became of it.
select h.wallet_id, format('hold %s: %s, %s captured of %s, slices %s',
                           h.id, h.state, h.captured_cp, h.amount_cp, s.amount_cp)
  from ledger_hold h, lateral (select sum(x) amount_cp from unnest(h.lot_amounts_cp) x) s
 where h.amount_cp is distinct from s.amount_cp
    or cardinality(h.lot_ids) <> cardinality(h.lot_amounts_cp)
    or (h.state = 'captured') <> (h.captured_cp > 0)
    or (h.state = 'held') <> (h.settled_at is null)
