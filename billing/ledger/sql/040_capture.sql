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
    h public.ledger_hold;                   -- read where a part comes back
    v_state public.ledger_hold_state;
    v_amount_cp bigint;
    v_lot_ids bigint[];
    v_amounts_cp bigint[];
    v_reference text;
    v_available_cp bigint;
    v_held_cp bigint;
    v_debt_cp bigint;
    v_version bigint;
    v_paused boolean;
    v_due_at timestamptz;
    v_now timestamptz;
    v_captured_cp bigint;
    v_released_cp bigint;
    v_repaid_cp bigint := 0;
    v_hash bytea := sha256(convert_to('capture|' || p_hold_id || '|' || coalesce(p_amount_cp::text, ''),
                                      'UTF8'));
begin
    -- lock
    select available_cp, held_cp, debt_cp, version, paused, least(next_expiry_at, next_start_at),
           greatest(p_now, latest_at)
      into v_available_cp, v_held_cp, v_debt_cp, v_version, v_paused, v_due_at, v_now
      from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    select state, amount_cp, lot_ids, lot_amounts_cp, reference
      into v_state, v_amount_cp, v_lot_ids, v_amounts_cp, v_reference
      from public.ledger_hold where wallet_id = p_wallet_id and id = p_hold_id;
    v_captured_cp := coalesce(p_amount_cp, v_amount_cp);
    v_released_cp := v_amount_cp - v_captured_cp;

    -- replay, decide, catch up
    if v_state is null or v_state <> 'held' or v_released_cp <> 0 or v_paused or v_due_at <= v_now then
        select * from public.ledger_settled(p_wallet_id, p_key, v_hash)
          into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_lot_id,
               available_cp, held_cp, version, replayed;
        if outcome is not null then return; end if;
        hold_state := v_state;
        outcome := case when v_state is null then 'unknown_hold' when v_state <> 'held' then 'hold_settled'
                        when v_released_cp < 0 then 'too_large' when v_paused then 'paused' end;
        if outcome is not null then return; end if;
        if v_due_at <= v_now then
            select available_cp, held_cp, debt_cp, version
              into v_available_cp, v_held_cp, v_debt_cp, v_version
              from public.ledger_catch_up(p_wallet_id, v_now);
        end if;
        select * into h from public.ledger_hold where wallet_id = p_wallet_id and id = p_hold_id;
        select sum(repaid_cp), case when bool_or(ended) then nextval('public.ledger_lot_id_seq') end
          into v_repaid_cp, courtesy_lot_id
          from public.ledger_slices(h, v_captured_cp, v_debt_cp, v_now);
    end if;

    -- write: the transaction first, because its key finds a replay that the branch above did not
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                           held_after_cp, hold_id, lot_id, kind, key, request_hash,
                                           reference)
    values (p_wallet_id, v_version + 1, v_now, v_available_cp + v_released_cp - v_repaid_cp,
            v_held_cp - v_amount_cp, p_hold_id, courtesy_lot_id, 'capture', p_key, v_hash, v_reference)
    on conflict (wallet_id, key) do nothing returning id into transaction_id;
    if not found then
        select * from public.ledger_settled(p_wallet_id, p_key, v_hash)
          into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_lot_id,
               available_cp, held_cp, version, replayed;
        return;
    end if;
    if v_released_cp > 0 then
        perform public.ledger_give_back(h, v_captured_cp, v_debt_cp, transaction_id, courtesy_lot_id,
                                        v_now);
    end if;
    -- one statement, because each has a price of its own
    with wallet as (
        update public.ledger_wallet
           set available_cp = available_cp + v_released_cp - v_repaid_cp,
               debt_cp = debt_cp - v_repaid_cp, held_cp = held_cp - v_amount_cp,
               version = version + 1, latest_at = v_now,
               next_expiry_at = case when v_released_cp > 0 then public.ledger_next_expiry(id)
                                     else next_expiry_at end
         where id = p_wallet_id),
    hold as (
        update public.ledger_hold set state = 'captured', captured_cp = v_captured_cp, settled_at = v_now
         where wallet_id = p_wallet_id and id = p_hold_id)
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select p_wallet_id, transaction_id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
      from unnest(v_lot_ids, v_amounts_cp) with ordinality s (lot_id, amount_cp, place),
           (values (-1, 'held'::public.ledger_account, -1), (0, 'spent', 1)) x (line, account, sign)
     where v_released_cp = 0;               -- else they are written where the rest is given back
    outcome := 'ok'; hold_state := 'captured'; captured_cp := v_captured_cp;
    released_cp := v_released_cp; available_cp := v_available_cp + v_released_cp - v_repaid_cp;
    held_cp := v_held_cp - v_amount_cp; version := v_version + 1; replayed := false;
end $$;
