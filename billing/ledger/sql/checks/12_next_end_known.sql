-- A wallet knows the next end and the next start of its lots and the time of its latest write.
select w.id, format('next end %s, lots say %s', w.next_expiry_at, l.expires_at)
  from ledger_wallet w
  left join (select wallet_id, min(expires_at) expires_at from ledger_lot
              where open group by wallet_id) l on l.wallet_id = w.id
 where w.next_expiry_at is distinct from l.expires_at
union all
select w.id, format('next start %s, lots say %s', w.next_start_at, l.starts_at)
  from ledger_wallet w
  left join (select wallet_id, min(starts_at) starts_at from ledger_lot
              where waiting_cp > 0 group by wallet_id) l on l.wallet_id = w.id
 where w.next_start_at is distinct from l.starts_at
union all
select w.id, format('latest write %s, latest transaction %s', w.latest_at, t.occurred_at)
  from ledger_wallet w
  join (select wallet_id, max(occurred_at) occurred_at from ledger_transaction
         group by wallet_id) t on t.wallet_id = w.id
 where w.latest_at <> t.occurred_at
