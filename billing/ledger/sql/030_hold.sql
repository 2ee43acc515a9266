-- Sets points aside for a job: earliest end first, free before paid, oldest first.
-- Outcomes: ok, unknown_wallet, key_reused, insufficient_points (available_cp says what there is).
-- The usual call locks the wallet and writes five rows; what is rarer stands in its own branch.
drop function if exists ledger_hold;
create function ledger_hold(
    p_wallet_id bigint, p_amount_cp bigint, p_key text, p_reference text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out hold_id bigint,
    out lot_ids bigint[], out lot_amounts_cp bigint[], out lot_sources text[], out lot_paid boolean[],
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql as $$
#variable_conflict use_column
declare
    w ledger_wallet;
    t ledger_transaction;
    v_now timestamptz;
    v_closed boolean;                       -- a lot was used up
    v_hash bytea := sha256(convert_to(row('hold', p_amount_cp, p_reference)::text, 'UTF8'));
begin
    -- lock
    select * into w from ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay, expire, decide
    if w.available_cp < p_amount_cp or w.next_expiry_at <= v_now then
        t := ledger_stored(w.id, p_key);
        if t.id is null then
            available_cp := w.available_cp - ledger_due(w.id, v_now);
            if available_cp < p_amount_cp then outcome := 'insufficient_points'; return; end if;
            w := ledger_expire_due(w, v_now);
        end if;
    end if;

    -- write: the transaction first, because its key finds a replay that the branch above did not
    if t.id is null then
        hold_id := nextval('ledger_hold_id_seq');
        insert into ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, hold_id, kind, key, request_hash, reference)
        values (w.id, w.version + 1, v_now, w.available_cp - p_amount_cp,
                w.held_cp + p_amount_cp, hold_id, 'hold', p_key, v_hash, p_reference)
        on conflict (wallet_id, key) do nothing returning id into transaction_id;
        if not found then t := ledger_stored(w.id, p_key); end if;
    end if;
    if t.id is not null then
        select * from ledger_hold_replayed(t, v_hash)
          into outcome, transaction_id, hold_id, lot_ids, lot_amounts_cp, lot_sources, lot_paid,
               available_cp, held_cp, version, replayed;
        return;
    end if;
    select * from ledger_burn(w.id, p_amount_cp)
      into lot_ids, lot_amounts_cp, lot_sources, lot_paid, v_closed;
    update ledger_wallet
       set available_cp = available_cp - p_amount_cp, held_cp = held_cp + p_amount_cp,
           version = version + 1, latest_at = v_now,
           next_expiry_at = case when v_closed then ledger_next_expiry(w.id) else next_expiry_at end
     where id = w.id
    returning available_cp, held_cp, version into available_cp, held_cp, version;
    insert into ledger_hold (id, wallet_id, amount_cp, lot_ids, lot_amounts_cp, reference, held_at)
    values (hold_id, w.id, p_amount_cp, lot_ids, lot_amounts_cp, p_reference, v_now);
    insert into ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select w.id, transaction_id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
      from unnest(lot_ids, lot_amounts_cp) with ordinality s (lot_id, amount_cp, place),
           (values (-1, 'available'::ledger_account, -1), (0, 'held', 1)) x (line, account, sign);
    outcome := 'ok'; replayed := false;
end $$;
