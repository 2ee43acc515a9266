-- Takes points back because the money for their lot went back: first what waits for its start, then
-- what a dispute has frozen, then what is left. What was spent already becomes a debt.
-- Outcomes: ok, unknown_wallet, unknown_lot, clawback_too_large (more than was granted and not yet taken
-- back), key_reused.
drop function if exists public.ledger_clawback;
create function public.ledger_clawback(
    p_wallet_id bigint, p_lot_id bigint, p_amount_cp bigint,
    p_key text, p_reference text, p_reason text, p_actor text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out amount_cp bigint, out debt_added_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    l public.ledger_lot;
    v_now timestamptz;
    v_waiting_cp bigint;
    v_frozen_cp bigint;
    v_left_cp bigint;
    v_debt_cp bigint;
    v_hash bytea := sha256(convert_to(row('clawback', p_lot_id, p_amount_cp, p_reference)::text, 'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay, decide, catch up
    select * from public.ledger_moved(w.id, p_key, v_hash)
      into outcome, transaction_id, amount_cp, debt_added_cp, available_cp, held_cp, version, replayed;
    if outcome is not null then return; end if;
    select * into l from public.ledger_lot where wallet_id = w.id and id = p_lot_id;
    if not found then outcome := 'unknown_lot'; return; end if;
    if p_amount_cp > l.granted_cp - l.clawed_back_cp then outcome := 'clawback_too_large'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then
        w := public.ledger_catch_up(w.id, v_now);
        select * into l from public.ledger_lot where wallet_id = w.id and id = p_lot_id;
    end if;
    v_waiting_cp := least(l.waiting_cp, p_amount_cp);
    v_frozen_cp := least(l.frozen_cp, p_amount_cp - v_waiting_cp);
    v_left_cp := least(l.remaining_cp, p_amount_cp - v_waiting_cp - v_frozen_cp);
    v_debt_cp := p_amount_cp - v_waiting_cp - v_frozen_cp - v_left_cp;

    -- write
    update public.ledger_lot
       set waiting_cp = waiting_cp - v_waiting_cp, frozen_cp = frozen_cp - v_frozen_cp,
           remaining_cp = remaining_cp - v_left_cp, open = remaining_cp > v_left_cp,
           clawed_back_cp = clawed_back_cp + p_amount_cp
     where wallet_id = w.id and id = p_lot_id;
    update public.ledger_wallet
       set available_cp = available_cp - v_left_cp, frozen_cp = frozen_cp - v_frozen_cp,
           debt_cp = debt_cp + v_debt_cp, version = version + 1, latest_at = v_now,
           next_expiry_at = public.ledger_next_expiry(id), next_start_at = public.ledger_next_start(id)
     where id = w.id returning * into w;
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp, held_after_cp,
                                    kind, key, request_hash, reference, reason, actor)
    values (w.id, w.version, v_now, w.available_cp, w.held_cp,
            'clawback', p_key, v_hash, p_reference, p_reason, p_actor)
    returning id into transaction_id;
    perform public.ledger_write_entries(w.id, transaction_id, p_lot_id,
        '{waiting,frozen,available,debt,clawed_back}',
        array[-v_waiting_cp, -v_frozen_cp, -v_left_cp, -v_debt_cp, p_amount_cp]);
    outcome := 'ok'; amount_cp := p_amount_cp; debt_added_cp := v_debt_cp;
    available_cp := w.available_cp; held_cp := w.held_cp; version := w.version; replayed := false;
end $$;
