-- Every transaction has entries, and every entry has a transaction.
select coalesce(t.wallet_id, e.wallet_id),
       case when e.transaction_id is null then format('transaction %s has no entry', t.id)
            else format('entries of unknown transaction %s', e.transaction_id) end
  from ledger_transaction t
  full join (select distinct wallet_id, transaction_id from ledger_entry) e
    on e.wallet_id = t.wallet_id and e.transaction_id = t.id
 where t.id is null or e.transaction_id is null
