-- What the key's clawback, freeze, unfreeze or adjustment answered the first time; key_reused when
-- the key belongs to another request; nulls when the key is free.
drop function if exists public.ledger_moved;
create function public.ledger_moved(
    p_wallet_id bigint, p_key text, p_hash bytea,
    out outcome text, out transaction_id bigint, out amount_cp bigint, out debt_added_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language sql volatile as $$
    select case when t.request_hash = p_hash then 'ok' else 'key_reused' end, t.id,
           e.amount_cp, e.debt_added_cp, t.available_after_cp, t.held_after_cp, t.version, true
      from public.ledger_transaction t
     cross join lateral (
           select sum(amount_cp) filter (where amount_cp > 0 and account <> 'courtesy')::bigint amount_cp,
                  coalesce(-sum(amount_cp) filter (where account = 'debt'), 0)::bigint debt_added_cp
             from public.ledger_entry e where e.wallet_id = t.wallet_id and e.transaction_id = t.id) e
     where t.wallet_id = p_wallet_id and t.key = p_key;
$$;
