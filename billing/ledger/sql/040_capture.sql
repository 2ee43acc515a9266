-- A hold becomes spent: all of it, or p_amount_cp of it and the rest goes back to its lots. What
-- ends first is spent first. Allowed also when a lot has ended since it was held.
-- Outcomes: ok, unknown_wallet, unknown_hold, hold_settled (hold_state says how), too_large,
-- key_reused, paused.
drop function if exists public.ledger_capture;
create function public.ledger_capture(
    p_wallet_id bigint, p_hold_id bigint, p_amount_cp bigint, p_key text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out hold_state text, out captured_cp bigint,
    out released_cp bigint, out courtesy_lot_id bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    h public.ledger_hold;
    v_now timestamptz;
    v_captured_cp bigint;
    v_released_cp bigint;
    v_repaid_cp bigint := 0;
    v_hash bytea := sha256(convert_to('capture|' || p_hold_id || '|' || coalesce(p_amount_cp::text, ''),
                                      'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);
    select * into h from public.ledger_hold where wallet_id = p_wallet_id and id = p_hold_id;
    v_captured_cp := coalesce(p_amount_cp, h.amount_cp);
    v_released_cp := h.amount_cp - v_captured_cp;

    -- replay, decide, catch up
    if h.id is null or h.state <> 'held' or v_released_cp <> 0 or w.paused
       or least(w.next_expiry_at, w.next_start_at) <= v_now then
        select * from public.ledger_settled(p_wallet_id, p_key, v_hash)
          into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_lot_id,
               available_cp, held_cp, version, replayed;
        if outcome is not null then return; end if;
        hold_state := h.state;
        outcome := case when h.id is null then 'unknown_hold' when h.state <> 'held' then 'hold_settled'
                        when v_released_cp < 0 then 'too_large' when w.paused then 'paused' end;
        if outcome is not null then return; end if;
        if least(w.next_expiry_at, w.next_start_at) <= v_now then
            w := public.ledger_catch_up(p_wallet_id, v_now);
        end if;
        select sum(repaid_cp), case when bool_or(ended) then nextval('public.ledger_lot_id_seq') end
          into v_repaid_cp, courtesy_lot_id from public.ledger_slices(h, v_captured_cp, w.debt_cp, v_now);
    end if;

    -- write: the transaction first, because its key finds a replay that the branch above did not
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                    held_after_cp, hold_id, lot_id, kind, key, request_hash, reference)
    values (p_wallet_id, w.version + 1, v_now, w.available_cp + v_released_cp - v_repaid_cp,
            w.held_cp - h.amount_cp, p_hold_id, courtesy_lot_id, 'capture', p_key, v_hash, h.reference)
    on conflict (wallet_id, key) do nothing returning id into transaction_id;
    if not found then
        select * from public.ledger_settled(p_wallet_id, p_key, v_hash)
          into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_lot_id,
               available_cp, held_cp, version, replayed;
        return;
    end if;
    if v_released_cp > 0 then
        perform public.ledger_give_back(h, v_captured_cp, w.debt_cp, transaction_id, courtesy_lot_id,
                                        v_now);
    end if;
    -- one statement, because each has a price of its own
    with wallet as (
        update public.ledger_wallet
           set available_cp = available_cp + v_released_cp - v_repaid_cp,
               debt_cp = debt_cp - v_repaid_cp, held_cp = held_cp - h.amount_cp,
               version = version + 1, latest_at = v_now,
               next_expiry_at = case when v_released_cp > 0 then public.ledger_next_expiry(id)
                                     else next_expiry_at end
         where id = p_wallet_id),
    hold as (
        update public.ledger_hold set state = 'captured', captured_cp = v_captured_cp, settled_at = v_now
         where wallet_id = p_wallet_id and id = p_hold_id)
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select p_wallet_id, transaction_id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
      from unnest(h.lot_ids, h.lot_amounts_cp) with ordinality s (lot_id, amount_cp, place),
           (values (-1, 'held'::public.ledger_account, -1), (0, 'spent', 1)) x (line, account, sign)
     where v_released_cp = 0;               -- else they are written where the rest is given back
    outcome := 'ok'; hold_state := 'captured'; captured_cp := v_captured_cp;
    released_cp := v_released_cp; available_cp := w.available_cp + v_released_cp - v_repaid_cp;
    held_cp := w.held_cp - h.amount_cp; version := w.version + 1; replayed := false;
end $$;
