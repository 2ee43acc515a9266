-- A lot is the sum of its entries.
select coalesce(l.wallet_id, e.wallet_id),
       format('lot %s: stored %s of %s, rebuilt %s of %s', coalesce(l.id, e.lot_id),
              l.remaining_cp, l.granted_cp, e.remaining_cp, e.granted_cp)
  from ledger_lot l
  full join (select wallet_id, lot_id,
                    coalesce(sum(amount_cp) filter (where account = 'available'), 0) remaining_cp,
                    -sum(amount_cp) filter (where account in ('issued', 'courtesy')
                                              and amount_cp < 0) granted_cp
               from ledger_entry group by wallet_id, lot_id) e
    on e.wallet_id = l.wallet_id and e.lot_id = l.id
 where l.remaining_cp is distinct from e.remaining_cp
    or l.granted_cp is distinct from e.granted_cp
