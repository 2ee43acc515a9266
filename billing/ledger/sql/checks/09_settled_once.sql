-- A hold is made once and settled at most once, and what is captured and released adds up to it.
with moved as (
    select wallet_id, transaction_id,
           coalesce(sum(amount_cp) filter (where account = 'spent'), 0) spent_cp,
           sum(amount_cp) filter (where account = 'held' and amount_cp > 0) in_cp,
           -sum(amount_cp) filter (where account = 'held' and amount_cp < 0) out_cp
      from ledger_entry group by wallet_id, transaction_id),
told as (
    select t.wallet_id, t.hold_id,
           count(*) filter (where t.kind = 'hold') made,
           count(*) filter (where t.kind <> 'hold') settled,
           min(t.kind) filter (where t.kind <> 'hold') kind,
           sum(m.spent_cp) spent_cp, sum(m.in_cp) in_cp, sum(m.out_cp) out_cp
      from ledger_transaction t
      join moved m on m.wallet_id = t.wallet_id and m.transaction_id = t.id
     where t.hold_id is not null group by t.wallet_id, t.hold_id)
select coalesce(h.wallet_id, t.wallet_id),
       format('hold %s: %s, %s of %s captured; told %s times made, %s times settled, %s spent',
              coalesce(h.id, t.hold_id), h.state, h.captured_cp, h.amount_cp,
              t.made, t.settled, t.spent_cp)
  from ledger_hold h
  full join told t on t.wallet_id = h.wallet_id and t.hold_id = h.id
 where h.id is null or t.hold_id is null or t.made <> 1 or t.in_cp <> h.amount_cp
    or t.settled <> (h.state <> 'held')::int or t.spent_cp <> h.captured_cp
    or t.out_cp is distinct from case when h.state <> 'held' then h.amount_cp end
    or t.kind::text is distinct from
       case h.state when 'captured' then 'capture' when 'released' then 'release' end
