-- A wallet is the sum of its entries.
select w.id, format('stored %s/%s/%s/%s, rebuilt %s/%s/%s/%s (available/held/debt/frozen)',
                    w.available_cp, w.held_cp, w.debt_cp, w.frozen_cp,
                    e.available_cp, e.held_cp, e.debt_cp, e.frozen_cp)
  from ledger_wallet w
  left join (select wallet_id,
                    coalesce(sum(amount_cp) filter (where account = 'available'), 0) available_cp,
                    coalesce(sum(amount_cp) filter (where account = 'held'), 0) held_cp,
                    coalesce(-sum(amount_cp) filter (where account = 'debt'), 0) debt_cp,
                    coalesce(sum(amount_cp) filter (where account = 'frozen'), 0) frozen_cp
               from ledger_entry group by wallet_id) e on e.wallet_id = w.id
 where (w.available_cp, w.held_cp, w.debt_cp, w.frozen_cp)
       <> (coalesce(e.available_cp, 0), coalesce(e.held_cp, 0), coalesce(e.debt_cp, 0),
           coalesce(e.frozen_cp, 0))
