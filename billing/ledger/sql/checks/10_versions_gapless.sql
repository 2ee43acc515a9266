-- The versions of a wallet have no gap.
select coalesce(w.id, t.wallet_id),
       format('version %s; %s transactions, from %s to %s', w.version, t.count, t.first, t.latest)
  from ledger_wallet w
  full join (select wallet_id, count(*), max(version) latest, min(version) first
               from ledger_transaction group by wallet_id) t on t.wallet_id = w.id
 where w.version is distinct from coalesce(t.count, 0) or t.latest <> w.version or t.first <> 1
