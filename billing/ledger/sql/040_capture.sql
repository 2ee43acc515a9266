-- A hold becomes spent: all of it, or p_amount_cp of it and the rest goes back to its lots. What
-- ends first is spent first. Allowed also when a lot has ended since it was held.
-- Outcomes: ok, unknown_wallet, unknown_hold, hold_settled (hold_state says how), too_large,
-- key_reused, paused.
drop function if exists public.ledger_capture;
create function public.ledger_capture(
    p_wallet_id bigint, p_hold_id bigint, p_amount_cp bigint, p_key text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out hold_state text, out captured_cp bigint,
    out released_cp bigint, out courtesy_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    h public.ledger_hold;
    v_due boolean;
    v_now timestamptz;
    v_hash bytea := sha256(convert_to('capture|' || p_hold_id || '|' || coalesce(p_amount_cp::text, ''),
                                      'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);
    v_due := least(w.next_expiry_at, w.next_start_at) <= v_now;
    select * into h from public.ledger_hold where wallet_id = p_wallet_id and id = p_hold_id;

    -- write all of a hold, in one statement, because each has a price of its own. It writes nothing
    -- where the key was used: what comes after it says why
    if h.state = 'held' and h.amount_cp = coalesce(p_amount_cp, h.amount_cp) and not w.paused
       and v_due is not true then
        with t as (
            insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                            held_after_cp, hold_id, kind, key, request_hash, reference)
            select p_wallet_id, w.version + 1, v_now, w.available_cp, w.held_cp - h.amount_cp,
                   p_hold_id, 'capture', p_key, v_hash, h.reference
             where not exists (select from public.ledger_transaction
                                where wallet_id = p_wallet_id and key = p_key)
            returning id),
        hold as (
            update public.ledger_hold
               set state = 'captured', captured_cp = h.amount_cp, settled_at = v_now
              from t where wallet_id = p_wallet_id and ledger_hold.id = p_hold_id),
        wallet as (
            update public.ledger_wallet
               set held_cp = held_cp - h.amount_cp, version = version + 1, latest_at = v_now
              from t where ledger_wallet.id = p_wallet_id),
        entries as (
            insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
            select p_wallet_id, t.id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
              from t, unnest(h.lot_ids, h.lot_amounts_cp) with ordinality s (lot_id, amount_cp, place),
                   (values (-1, 'held'::public.ledger_account, -1), (0, 'spent', 1)) x (line, account, sign))
        select id into transaction_id from t;
        if found then
            outcome := 'ok'; hold_state := 'captured'; captured_cp := h.amount_cp;
            released_cp := 0; courtesy_cp := 0;
            available_cp := w.available_cp; held_cp := w.held_cp - h.amount_cp;
            version := w.version + 1; replayed := false;
            return;
        end if;
    end if;

    -- replay, decide, catch up
    select * from public.ledger_settled(w.id, p_key, v_hash)
      into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_cp,
           available_cp, held_cp, version, replayed;
    if outcome is not null then return; end if;
    hold_state := h.state;
    if h.id is null then outcome := 'unknown_hold'; return; end if;
    if h.state <> 'held' then outcome := 'hold_settled'; return; end if;
    captured_cp := coalesce(p_amount_cp, h.amount_cp);
    if captured_cp > h.amount_cp then outcome := 'too_large'; return; end if;
    if w.paused then outcome := 'paused'; return; end if;
    if v_due then w := public.ledger_catch_up(w.id, v_now); end if;

    -- write
    select * from public.ledger_settle(w, h, 'capture', captured_cp, true, p_key, v_hash, '', v_now)
      into transaction_id, released_cp, courtesy_cp, available_cp, held_cp, version;
    outcome := 'ok'; hold_state := 'captured'; replayed := false;
end $$;
