-- Gives back what a dispute had frozen of a lot. Where the lot has ended meanwhile it comes back as
-- a courtesy lot of 24 hours.
-- Outcomes: ok, unknown_wallet, unknown_lot, nothing_left (nothing of the lot is frozen),
-- key_reused.
drop function if exists public.ledger_unfreeze;
create function public.ledger_unfreeze(
    p_wallet_id bigint, p_lot_id bigint,
    p_key text, p_reference text, p_reason text, p_actor text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out amount_cp bigint, out debt_added_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    w public.ledger_wallet;
    l public.ledger_lot;
    v_now timestamptz;
    v_courtesy_lot_id bigint;
    v_hash bytea := sha256(convert_to(row('unfreeze', p_lot_id, p_reference)::text, 'UTF8'));
begin
    -- lock
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;
    v_now := greatest(p_now, w.latest_at);

    -- replay, decide, catch up
    select * from public.ledger_moved(w.id, p_key, v_hash)
      into outcome, transaction_id, amount_cp, debt_added_cp, available_cp, held_cp, version, replayed;
    if outcome is not null then return; end if;
    select * into l from public.ledger_lot where wallet_id = w.id and id = p_lot_id;
    if not found then outcome := 'unknown_lot'; return; end if;
    if l.frozen_cp = 0 then outcome := 'nothing_left'; return; end if;
    if least(w.next_expiry_at, w.next_start_at) <= v_now then w := public.ledger_catch_up(w.id, v_now); end if;

    -- write
    if l.expires_at <= v_now then
        insert into public.ledger_lot (wallet_id, source, paid, open, granted_cp, remaining_cp, starts_at,
                                expires_at, reference, unit)
        values (w.id, 'courtesy', l.paid, true, l.frozen_cp, l.frozen_cp, v_now,
                v_now + interval '24 hours', p_reference, l.unit)
        returning id into v_courtesy_lot_id;
    end if;
    update public.ledger_lot
       set frozen_cp = 0, open = open or v_courtesy_lot_id is null,
           remaining_cp = remaining_cp + case when v_courtesy_lot_id is null then l.frozen_cp else 0 end
     where wallet_id = w.id and id = p_lot_id;
    update public.ledger_wallet
       set available_cp = available_cp + l.frozen_cp, frozen_cp = frozen_cp - l.frozen_cp,
           version = version + 1, latest_at = v_now, next_expiry_at = public.ledger_next_expiry(id)
     where id = w.id returning * into w;
    insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp, held_after_cp,
                                    lot_id, kind, key, request_hash, reference, reason, actor)
    values (w.id, w.version, v_now, w.available_cp, w.held_cp, v_courtesy_lot_id,
            'unfreeze', p_key, v_hash, p_reference, p_reason, p_actor)
    returning id into transaction_id;
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select w.id, transaction_id, x.line, x.account, x.lot_id, x.sign * l.frozen_cp
      from (values (1, 'frozen'::public.ledger_account, l.id, -1, true),
                   (2, 'available', l.id, 1, v_courtesy_lot_id is null),
                   (3, 'courtesy', l.id, 1, v_courtesy_lot_id is not null),
                   (4, 'courtesy', v_courtesy_lot_id, -1, v_courtesy_lot_id is not null),
                   (5, 'available', v_courtesy_lot_id, 1, v_courtesy_lot_id is not null)
           ) x (line, account, lot_id, sign, written)
     where x.written;
    outcome := 'ok'; amount_cp := l.frozen_cp; debt_added_cp := 0;
    available_cp := w.available_cp; held_cp := w.held_cp; version := w.version; replayed := false;
end $$;
