-- What the key's capture or release answered the first time; key_reused when the key belongs to
-- another request; nulls when the key is free.
drop function if exists public.ledger_settled;
create function public.ledger_settled(
    p_wallet_id bigint, p_key text, p_hash bytea,
    out outcome text, out transaction_id bigint, out hold_state text, out captured_cp bigint,
    out released_cp bigint, out courtesy_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language sql volatile as $$
    select case when t.request_hash = p_hash then 'ok' else 'key_reused' end, t.id, h.state::text,
           h.captured_cp, h.amount_cp - h.captured_cp,
           (select coalesce(sum(e.amount_cp), 0) from public.ledger_entry e
             where e.wallet_id = t.wallet_id and e.transaction_id = t.id
               and e.account = 'courtesy' and e.amount_cp > 0)::bigint,
           t.available_after_cp, t.held_after_cp, t.version, true
      from public.ledger_transaction t
      left join public.ledger_hold h on h.wallet_id = t.wallet_id and h.id = t.hold_id
     where t.wallet_id = p_wallet_id and t.key = p_key;
$$;
