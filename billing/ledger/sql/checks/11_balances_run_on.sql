-- Each transaction's balances follow from those before it, and so do its number and its time.
with moved as (
    select wallet_id, transaction_id,
           coalesce(sum(amount_cp) filter (where account = 'available'), 0) available_cp,
           coalesce(sum(amount_cp) filter (where account = 'held'), 0) held_cp
      from ledger_entry group by wallet_id, transaction_id)
select wallet_id, format('transaction %s: available %s, held %s after it', id,
                         available_after_cp, held_after_cp)
  from (select t.wallet_id, t.id, t.occurred_at, t.available_after_cp, t.held_after_cp,
               lag(t.id) over steps id_before, lag(t.occurred_at) over steps occurred_before,
               coalesce(lag(t.available_after_cp) over steps, 0) + m.available_cp available_cp,
               coalesce(lag(t.held_after_cp) over steps, 0) + m.held_cp held_cp
          from ledger_transaction t
          join moved m on m.wallet_id = t.wallet_id and m.transaction_id = t.id
        window steps as (partition by t.wallet_id order by t.version)) running
 where available_after_cp <> available_cp or held_after_cp <> held_cp
    or id_before > id or occurred_before > occurred_at
