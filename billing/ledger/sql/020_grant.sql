-- Gives points: one lot with one source, one start and one end. A lot that starts later waits for
-- its start. A paid grant settles a debt first, when it starts.
-- Outcomes: ok, unknown_wallet, key_reused, ends_before, paused.
-- A start that has come is not part of the request's identity: a retry comes with a later clock.
drop function if exists public.ledger_grant;
create function public.ledger_grant(
    p_wallet_id bigint, p_amount_cp bigint, p_source text, p_paid boolean,
    p_starts_at timestamptz, p_expires_at timestamptz,
    p_key text, p_reference text, p_reason text, p_actor text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out lot_id bigint, out debt_repaid_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    t public.ledger_transaction;
    v_now timestamptz;
    v_waits boolean;
    v_repaid_cp bigint;
    v_left_cp bigint;
    v_hash bytea := sha256(convert_to(row('grant', p_amount_cp, p_source, p_paid,
                                          extract(epoch from p_expires_at), p_reference)::text, 'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay
    t := public.ledger_stored(w.id, p_key);
    if t.id is not null then
        outcome := case when t.request_hash = v_hash then 'ok' else 'key_reused' end;
        transaction_id := t.id; lot_id := t.lot_id; version := t.version; replayed := true;
        available_cp := t.available_after_cp; held_cp := t.held_after_cp;
        debt_repaid_cp := (select coalesce(sum(amount_cp), 0) from public.ledger_entry
                            where wallet_id = w.id and transaction_id = t.id and account = 'debt');
        return;
    end if;

    -- decide, catch up
    if p_expires_at <= v_now then outcome := 'ends_before'; return; end if;
    if w.paused then outcome := 'paused'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then w := public.ledger_catch_up(w.id, v_now); end if;
    v_waits := p_starts_at > v_now;
    v_repaid_cp := case when p_paid and not v_waits then least(w.debt_cp, p_amount_cp) else 0 end;
    v_left_cp := case when v_waits then 0 else p_amount_cp - v_repaid_cp end;

    -- write
    insert into public.ledger_lot (wallet_id, source, paid, open, granted_cp, remaining_cp, waiting_cp,
                            starts_at, expires_at, reference, unit)
    values (w.id, p_source, p_paid, v_left_cp > 0, p_amount_cp, v_left_cp,
            case when v_waits then p_amount_cp else 0 end, p_starts_at, p_expires_at, p_reference, w.unit)
    returning id into lot_id;
    update public.ledger_wallet
       set available_cp = available_cp + v_left_cp, debt_cp = debt_cp - v_repaid_cp,
           version = version + 1, latest_at = v_now,
           next_expiry_at = case when v_left_cp > 0 then least(next_expiry_at, p_expires_at)
                                 else next_expiry_at end,
           next_start_at = case when v_waits then least(next_start_at, p_starts_at)
                                else next_start_at end
     where id = w.id returning * into w;
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp, held_after_cp,
                                    lot_id, kind, key, request_hash, reference, reason, actor)
    values (w.id, w.version, v_now, w.available_cp, w.held_cp,
            lot_id, 'grant', p_key, v_hash, p_reference, p_reason, p_actor)
    returning id into transaction_id;
    perform public.ledger_write_entries(w.id, transaction_id, lot_id, '{issued,debt,available,waiting}',
        array[-p_amount_cp, v_repaid_cp, v_left_cp, case when v_waits then p_amount_cp else 0 end]);
    outcome := 'ok'; debt_repaid_cp := v_repaid_cp; available_cp := w.available_cp;
    held_cp := w.held_cp; version := w.version; replayed := false;
end $$;
