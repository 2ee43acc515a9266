-- Writes the end of every open lot whose end has come, as a transaction of its own, and returns the
-- wallet after it. The caller holds the wallet's lock and has seen that something is due.
drop function if exists ledger_expire_due;
create function ledger_expire_due(w ledger_wallet, p_now timestamptz) returns ledger_wallet
language plpgsql as $$
declare
    v_ids bigint[];
    v_amounts_cp bigint[];
    v_expired_cp bigint;
    v_transaction_id bigint;
begin
    select array_agg(id order by expires_at, paid, id),
           array_agg(remaining_cp order by expires_at, paid, id), sum(remaining_cp)
      into v_ids, v_amounts_cp, v_expired_cp
      from ledger_lot where wallet_id = w.id and open and expires_at <= p_now;
    update ledger_lot set remaining_cp = 0, open = false
     where wallet_id = w.id and id = any (v_ids);
    update ledger_wallet
       set available_cp = available_cp - v_expired_cp, version = version + 1, latest_at = p_now,
           next_expiry_at = ledger_next_expiry(w.id)
     where id = w.id returning * into w;
    insert into ledger_transaction
        (wallet_id, version, occurred_at, available_after_cp, held_after_cp, kind)
    values (w.id, w.version, p_now, w.available_cp, w.held_cp, 'expire')
    returning id into v_transaction_id;
    insert into ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select w.id, v_transaction_id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
      from unnest(v_ids, v_amounts_cp) with ordinality s (lot_id, amount_cp, place),
           (values (-1, 'available'::ledger_account, -1), (0, 'expired', 1)) x (line, account, sign);
    return w;
end $$;
