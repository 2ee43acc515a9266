-- What is available is what the open lots have left.
select coalesce(w.id, l.wallet_id),
       format('available %s, lots %s', w.available_cp, coalesce(l.remaining_cp, 0))
  from ledger_wallet w
  full join (select wallet_id, sum(remaining_cp) remaining_cp from ledger_lot
              where open group by wallet_id) l on l.wallet_id = w.id
 where w.available_cp is distinct from coalesce(l.remaining_cp, 0)
