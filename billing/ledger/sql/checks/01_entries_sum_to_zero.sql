-- The entries of a transaction sum to zero, and those of each of its lots do too.
select wallet_id, format('transaction %s, lot %s sums to %s', transaction_id, lot_id, sum(amount_cp))
  from ledger_entry group by wallet_id, transaction_id, lot_id having sum(amount_cp) <> 0
