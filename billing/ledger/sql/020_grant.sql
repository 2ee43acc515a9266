-- Gives points: one lot with one source, one start and one end. A paid grant settles a debt first.
-- Outcomes: ok, unknown_wallet, key_reused, starts_later, ends_before.
-- The start is not part of the request's identity: a retry comes with a later clock.
drop function if exists ledger_grant;
create function ledger_grant(
    p_wallet_id bigint, p_amount_cp bigint, p_source text, p_paid boolean,
    p_starts_at timestamptz, p_expires_at timestamptz,
    p_key text, p_reference text, p_reason text, p_actor text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out lot_id bigint, out debt_repaid_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql as $$
#variable_conflict use_column
declare
    w ledger_wallet;
    t ledger_transaction;
    v_now timestamptz;
    v_repaid_cp bigint;
    v_hash bytea := sha256(convert_to(row('grant', p_amount_cp, p_source, p_paid,
                                          extract(epoch from p_expires_at), p_reference)::text, 'UTF8'));
begin
    -- lock
    select * into w from ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay
    t := ledger_stored(w.id, p_key);
    if t.id is not null then
        outcome := case when t.request_hash = v_hash then 'ok' else 'key_reused' end;
        transaction_id := t.id; lot_id := t.lot_id; version := t.version; replayed := true;
        available_cp := t.available_after_cp; held_cp := t.held_after_cp;
        debt_repaid_cp := (select coalesce(sum(amount_cp), 0) from ledger_entry
                            where wallet_id = w.id and transaction_id = t.id and account = 'debt');
        return;
    end if;

    -- decide
    if p_starts_at > v_now then outcome := 'starts_later'; return; end if;
    if p_expires_at <= v_now then outcome := 'ends_before'; return; end if;
    if w.next_expiry_at <= v_now then w := ledger_expire_due(w, v_now); end if;
    v_repaid_cp := case when p_paid then least(w.debt_cp, p_amount_cp) else 0 end;

    -- write
    insert into ledger_lot (wallet_id, source, paid, open, granted_cp, remaining_cp,
                            starts_at, expires_at, reference)
    values (w.id, p_source, p_paid, p_amount_cp > v_repaid_cp, p_amount_cp, p_amount_cp - v_repaid_cp,
            p_starts_at, p_expires_at, p_reference)
    returning id into lot_id;
    update ledger_wallet
       set available_cp = available_cp + p_amount_cp - v_repaid_cp, debt_cp = debt_cp - v_repaid_cp,
           version = version + 1, latest_at = v_now,
           next_expiry_at = case when p_amount_cp > v_repaid_cp
                                 then least(next_expiry_at, p_expires_at) else next_expiry_at end
     where id = w.id returning * into w;
    insert into ledger_transaction (wallet_id, version, occurred_at, available_after_cp, held_after_cp,
                                    lot_id, kind, key, request_hash, reference, reason, actor)
    values (w.id, w.version, v_now, w.available_cp, w.held_cp,
            lot_id, 'grant', p_key, v_hash, p_reference, p_reason, p_actor)
    returning id into transaction_id;
    insert into ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select w.id, transaction_id, x.line, x.account, lot_id, x.amount_cp
      from (values (1, 'issued'::ledger_account, -p_amount_cp), (2, 'debt', v_repaid_cp),
                   (3, 'available', p_amount_cp - v_repaid_cp)) x (line, account, amount_cp)
     where x.amount_cp <> 0;
    outcome := 'ok'; debt_repaid_cp := v_repaid_cp; available_cp := w.available_cp;
    held_cp := w.held_cp; version := w.version; replayed := false;
end $$;
