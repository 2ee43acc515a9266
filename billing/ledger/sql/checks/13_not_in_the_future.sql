-- No transaction is dated in the future.
select wallet_id, format('transaction %s at %s', id, occurred_at)
  from ledger_transaction where occurred_at > current_setting('ledger.check_now')::timestamptz
