-- A hold is let go: its points go back to their lots. Where a lot has ended meanwhile, its part
-- comes back as a courtesy lot: a failure never costs points. p_courtesy says whether that lives 24
-- hours, or as long as the lot had left when it was held (its owner changed his mind).
-- Outcomes: ok, unknown_wallet, unknown_hold, hold_settled (hold_state says how), key_reused.
drop function if exists public.ledger_release;
create function public.ledger_release(
    p_wallet_id bigint, p_hold_id bigint, p_courtesy boolean, p_key text, p_reason text,
    p_now timestamptz,
    out outcome text, out transaction_id bigint, out hold_state text, out captured_cp bigint,
    out released_cp bigint, out courtesy_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    h public.ledger_hold;
    v_now timestamptz;
    v_hash bytea := sha256(convert_to(row('release', p_hold_id, p_courtesy)::text, 'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay, decide, catch up
    select * from public.ledger_settled(w.id, p_key, v_hash)
      into outcome, transaction_id, hold_state, captured_cp, released_cp, courtesy_cp,
           available_cp, held_cp, version, replayed;
    if outcome is not null then return; end if;
    select * into h from public.ledger_hold where wallet_id = w.id and id = p_hold_id;
    hold_state := h.state;
    if h.id is null then outcome := 'unknown_hold'; return; end if;
    if h.state <> 'held' then outcome := 'hold_settled'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then w := public.ledger_catch_up(w.id, v_now); end if;

    -- write
    select * from public.ledger_settle(w, h, 'release', 0, p_courtesy, p_key, v_hash, p_reason, v_now)
      into transaction_id, released_cp, courtesy_cp, available_cp, held_cp, version;
    outcome := 'ok'; hold_state := 'released'; captured_cp := 0; replayed := false;
end $$;
