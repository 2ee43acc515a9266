-- Moves points between two wallets, lot by lot: each keeps its source, its end and whether it was
-- paid for. Between wallets of different units the amount is converted at the published rate, the
-- whole rounded down once. Both wallets are locked, in the order of their ids.
-- Outcomes: ok, unknown_wallet, key_reused, insufficient_points (available_cp says what there is),
-- no_rate, too_small (the rate makes nothing of it).
drop function if exists public.ledger_transfer;
create function public.ledger_transfer(
    p_from_wallet_id bigint, p_to_wallet_id bigint, p_amount_cp bigint,
    p_key text, p_reference text, p_reason text, p_actor text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out received_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    o public.ledger_wallet;                        -- the other one, that receives
    t public.ledger_transaction;
    r public.ledger_rate;
    v_now timestamptz;
    v_kind public.ledger_kind;
    v_account public.ledger_account;
    v_counterpart_id bigint;
    v_lot_ids bigint[];
    v_amounts_cp bigint[];
    v_hash bytea := sha256(convert_to(row('transfer', p_to_wallet_id, p_amount_cp, p_reference)::text,
                                      'UTF8'));
begin
    -- lock
    perform from public.ledger_wallet where id in (p_from_wallet_id, p_to_wallet_id)
      order by id for no key update;
    select * into w from public.ledger_wallet where id = p_from_wallet_id;
    select * into o from public.ledger_wallet where id = p_to_wallet_id;
    if w.id is null or o.id is null then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at, o.latest_at);

    -- replay
    t := public.ledger_stored(w.id, p_key);
    if t.id is not null then
        outcome := case when t.request_hash = v_hash then 'ok' else 'key_reused' end;
        transaction_id := t.id; version := t.version; replayed := true;
        available_cp := t.available_after_cp; held_cp := t.held_after_cp;
        received_cp := (select sum(amount_cp) from public.ledger_entry e where e.wallet_id = o.id
                           and e.account = 'available' and e.transaction_id = t.counterpart_id);
        return;
    end if;

    -- decide, catch up
    available_cp := (select coalesce(sum(remaining_cp), 0) from public.ledger_live_lots(w.id, v_now));
    if available_cp < p_amount_cp then outcome := 'insufficient_points'; return; end if;
    select * into r from public.ledger_rate where from_unit = w.unit and to_unit = o.unit and starts_at <= v_now
     order by starts_at desc limit 1;
    if w.unit = o.unit then
        r.numerator := 1; r.denominator := 1; v_kind := 'transfer'; v_account := 'transferred';
    else
        if r.id is null then outcome := 'no_rate'; return; end if;
        v_kind := 'convert'; v_account := 'converted';
    end if;
    received_cp := div(p_amount_cp::numeric * r.numerator, r.denominator);
    if received_cp = 0 then outcome := 'too_small'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then w := public.ledger_catch_up(w.id, v_now); end if;
    if least(o.next_expiry_at, o.next_start_at) <= v_now then o := public.ledger_catch_up(o.id, v_now); end if;

    -- write
    select lot_ids, lot_amounts_cp into v_lot_ids, v_amounts_cp from public.ledger_burn(w.id, p_amount_cp);
    transaction_id := nextval('public.ledger_transaction_id_seq');
    v_counterpart_id := nextval('public.ledger_transaction_id_seq');
    update public.ledger_wallet
       set available_cp = available_cp - p_amount_cp, version = version + 1, latest_at = v_now,
           next_expiry_at = public.ledger_next_expiry(id)
     where id = w.id returning * into w;
    insert into public.ledger_transaction
        (id, wallet_id, version, occurred_at, available_after_cp, held_after_cp, counterpart_id,
         kind, key, request_hash, reference, reason, actor)
    values (transaction_id, w.id, w.version, v_now, w.available_cp, w.held_cp, v_counterpart_id,
            v_kind, p_key, v_hash, p_reference, p_reason, p_actor);
    perform public.ledger_write_slices(w.id, transaction_id, v_lot_ids, v_amounts_cp, 'available', v_account);

    o := public.ledger_receive(o.id, w.id, v_lot_ids, v_amounts_cp, r.numerator, r.denominator,
                        v_counterpart_id, v_account, v_now);
    insert into public.ledger_transaction
        (id, wallet_id, version, occurred_at, available_after_cp, held_after_cp, counterpart_id,
         kind, reference, reason, actor)
    values (v_counterpart_id, o.id, o.version, v_now, o.available_cp, o.held_cp, transaction_id,
            v_kind, p_reference, p_reason, p_actor);
    outcome := 'ok'; available_cp := w.available_cp; held_cp := w.held_cp; version := w.version;
    replayed := false;
end $$;
