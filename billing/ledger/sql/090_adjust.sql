-- A correction by staff that takes points away, in order of use. One that gives points is a grant.
-- Outcomes: ok, unknown_wallet, key_reused, insufficient_points (available_cp says what there is).
drop function if exists public.ledger_adjust;
create function public.ledger_adjust(
    p_wallet_id bigint, p_amount_cp bigint,
    p_key text, p_reference text, p_reason text, p_actor text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out amount_cp bigint, out debt_added_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    v_now timestamptz;
    v_lot_ids bigint[];
    v_amounts_cp bigint[];
    v_hash bytea := sha256(convert_to(row('adjust', p_amount_cp, p_reference)::text, 'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay, decide, catch up
    select * from public.ledger_moved(w.id, p_key, v_hash)
      into outcome, transaction_id, amount_cp, debt_added_cp, available_cp, held_cp, version, replayed;
    if outcome is not null then return; end if;
    available_cp := (select coalesce(sum(remaining_cp), 0) from public.ledger_live_lots(w.id, v_now));
    if available_cp < p_amount_cp then outcome := 'insufficient_points'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then w := public.ledger_catch_up(w.id, v_now); end if;

    -- write
    select lot_ids, lot_amounts_cp into v_lot_ids, v_amounts_cp from public.ledger_burn(w.id, p_amount_cp);
    update public.ledger_wallet
       set available_cp = available_cp - p_amount_cp, version = version + 1, latest_at = v_now,
           next_expiry_at = public.ledger_next_expiry(id)
     where id = w.id returning * into w;
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp, held_after_cp,
                                    kind, key, request_hash, reference, reason, actor)
    values (w.id, w.version, v_now, w.available_cp, w.held_cp,
            'adjust', p_key, v_hash, p_reference, p_reason, p_actor)
    returning id into transaction_id;
    perform public.ledger_write_slices(w.id, transaction_id, v_lot_ids, v_amounts_cp, 'available', 'adjusted');
    outcome := 'ok'; amount_cp := p_amount_cp; debt_added_cp := 0;
    available_cp := w.available_cp; held_cp := w.held_cp; version := w.version; replayed := false;
end $$;
