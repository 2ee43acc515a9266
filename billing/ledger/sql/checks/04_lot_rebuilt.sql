-- A lot is the sum of its entries.
select coalesce(l.wallet_id, e.wallet_id),
       format('lot %s: stored %s left, %s waiting, %s frozen, %s back of %s, rebuilt %s, %s, %s, %s of %s',
              coalesce(l.id, e.lot_id),
              l.remaining_cp, l.waiting_cp, l.frozen_cp, l.clawed_back_cp, l.granted_cp,
              e.remaining_cp, e.waiting_cp, e.frozen_cp, e.clawed_back_cp, e.granted_cp)
  from ledger_lot l
  full join (select wallet_id, lot_id,
                    coalesce(sum(amount_cp) filter (where account = 'available'), 0) remaining_cp,
                    coalesce(sum(amount_cp) filter (where account = 'waiting'), 0) waiting_cp,
                    coalesce(sum(amount_cp) filter (where account = 'frozen'), 0) frozen_cp,
                    coalesce(sum(amount_cp) filter (where account = 'clawed_back'), 0) clawed_back_cp,
                    -sum(amount_cp) filter (where amount_cp < 0 and account in
                         ('issued', 'courtesy', 'transferred', 'converted')) granted_cp
               from ledger_entry group by wallet_id, lot_id) e
    on e.wallet_id = l.wallet_id and e.lot_id = l.id
 where (l.remaining_cp, l.waiting_cp, l.frozen_cp, l.clawed_back_cp, l.granted_cp) is distinct from
       (e.remaining_cp, e.waiting_cp, e.frozen_cp, e.clawed_back_cp, e.granted_cp)
