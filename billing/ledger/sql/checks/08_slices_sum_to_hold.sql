-- The slices of a hold sum to it.
select h.wallet_id, format('hold %s: %s, slices %s', h.id, h.amount_cp, s.amount_cp)
  from ledger_hold h, lateral (select sum(x) amount_cp from unnest(h.lot_amounts_cp) x) s
 where h.amount_cp is distinct from s.amount_cp
    or cardinality(h.lot_ids) <> cardinality(h.lot_amounts_cp)
