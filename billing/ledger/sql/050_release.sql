-- A hold is let go: its points go back to their lots. Where a lot has ended meanwhile, its part
-- comes back as a courtesy lot of 24 hours: a failure never costs points.
-- Outcomes: ok, unknown_wallet, unknown_hold, hold_settled (hold_state says how), key_reused.
drop function if exists public.ledger_release;
create function public.ledger_release(
    p_wallet_id bigint, p_hold_id bigint, p_key text, p_reason text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out hold_state text, out captured_cp bigint,
    out released_cp bigint, out courtesy_lot_id bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    h public.ledger_hold;
    v_now timestamptz;
    v_repaid_cp bigint;
    v_hash bytea := sha256(convert_to(row('release', p_hold_id)::text, 'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);
    select * into h from public.ledger_hold where wallet_id = w.id and id = p_hold_id;

    -- replay, decide, catch up
    select * from public.ledger_settled(w.id, p_key, v_hash)
      into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_lot_id,
           available_cp, held_cp, version, replayed;
    if outcome is not null then return; end if;
    hold_state := h.state;
    if h.id is null then outcome := 'unknown_hold'; return; end if;
    if h.state <> 'held' then outcome := 'hold_settled'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then w := public.ledger_catch_up(w.id, v_now); end if;

    -- write
    select sum(repaid_cp), case when bool_or(ended) then nextval('public.ledger_lot_id_seq') end
      into v_repaid_cp, courtesy_lot_id from public.ledger_slices(h, 0, w.debt_cp, v_now);
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp, held_after_cp,
                                    hold_id, lot_id, kind, key, request_hash, reference, reason)
    values (w.id, w.version + 1, v_now, w.available_cp + h.amount_cp - v_repaid_cp,
            w.held_cp - h.amount_cp, h.id, courtesy_lot_id, 'release', p_key, v_hash,
            h.reference, p_reason)
    returning id into transaction_id;
    update public.ledger_hold set state = 'released', settled_at = v_now
     where wallet_id = w.id and id = h.id;
    perform public.ledger_give_back(h, 0, w.debt_cp, transaction_id, courtesy_lot_id, v_now);
    update public.ledger_wallet
       set available_cp = available_cp + h.amount_cp - v_repaid_cp, debt_cp = debt_cp - v_repaid_cp,
           held_cp = held_cp - h.amount_cp, version = version + 1, latest_at = v_now,
           next_expiry_at = public.ledger_next_expiry(id)
     where id = w.id
    returning available_cp, held_cp, version into available_cp, held_cp, version;
    outcome := 'ok'; hold_state := 'released'; captured_cp := 0; released_cp := h.amount_cp;
    replayed := false;
end $$;
