-- Both sides of a transfer name each other, and without a rate they moved the same.
with sent as (
    select t.wallet_id, t.id, t.kind, t.counterpart_id, sum(e.amount_cp) moved_cp
      from ledger_transaction t
      join ledger_entry e on e.wallet_id = t.wallet_id and e.transaction_id = t.id
                         and e.account = 'available'
     where t.counterpart_id is not null group by t.wallet_id, t.id, t.kind, t.counterpart_id)
select a.wallet_id, format('transaction %s moved %s, its counterpart %s moved %s',
                           a.id, a.moved_cp, a.counterpart_id, b.moved_cp)
  from sent a left join sent b on b.id = a.counterpart_id
 where b.id is null or b.counterpart_id <> a.id
    or (a.kind = 'transfer' and a.moved_cp <> -b.moved_cp)
