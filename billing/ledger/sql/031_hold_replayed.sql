-- What the key's hold answered the first time; key_reused when the key belongs to another request;
-- nulls when the key is free.
drop function if exists public.ledger_hold_replayed;
create function public.ledger_hold_replayed(
    p_wallet_id bigint, p_key text, p_hash bytea,
    out outcome text, out transaction_id bigint, out hold_id bigint,
    out lot_ids bigint[], out lot_amounts_cp bigint[], out lot_sources text[], out lot_paid boolean[],
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language sql volatile as $$
    select case when t.request_hash = p_hash then 'ok' else 'key_reused' end, t.id, h.id,
           h.lot_ids, h.lot_amounts_cp, s.sources, s.paid,
           t.available_after_cp, t.held_after_cp, t.version, true
      from public.ledger_transaction t
      left join public.ledger_hold h on h.wallet_id = t.wallet_id and h.id = t.hold_id
      left join lateral (
           select array_agg(l.source::text order by x.place) sources,
                  array_agg(l.paid order by x.place) paid
             from unnest(h.lot_ids) with ordinality x (lot_id, place)
             join public.ledger_lot l on l.wallet_id = t.wallet_id and l.id = x.lot_id) s on true
     where t.wallet_id = p_wallet_id and t.key = p_key;
$$;
