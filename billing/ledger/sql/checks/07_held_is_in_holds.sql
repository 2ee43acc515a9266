-- What is held is what the open holds hold.
select coalesce(w.id, h.wallet_id),
       format('held %s, holds %s', w.held_cp, coalesce(h.amount_cp, 0))
  from ledger_wallet w
  full join (select wallet_id, sum(amount_cp) amount_cp from ledger_hold
              where state = 'held' group by wallet_id) h on h.wallet_id = w.id
 where w.held_cp is distinct from coalesce(h.amount_cp, 0)
