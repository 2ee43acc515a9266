-- Does what time has made due: starts the lots whose start has come, each as a transaction of its
-- own, and writes off all lots whose end has come, together as one. Returns the wallet after it.
-- The caller holds the wallet's lock and has seen that something is due.
drop function if exists public.ledger_expire_due;
drop function if exists public.ledger_due;
drop function if exists public.ledger_catch_up;
create function public.ledger_catch_up(p_wallet_id bigint, p_now timestamptz) returns public.ledger_wallet
language plpgsql as $$
declare
    w public.ledger_wallet;
    l public.ledger_lot;
    v_repaid_cp bigint;
    v_ids bigint[];
    v_amounts_cp bigint[];
    v_transaction_id bigint;
begin
    select * into w from public.ledger_wallet where id = p_wallet_id;
    for l in select * from public.ledger_lot
              where wallet_id = w.id and waiting_cp > 0 and starts_at <= p_now order by starts_at, id
    loop
        v_repaid_cp := case when l.paid then least(w.debt_cp, l.waiting_cp) else 0 end;
        update public.ledger_lot set waiting_cp = 0, remaining_cp = l.waiting_cp - v_repaid_cp,
                              open = l.waiting_cp > v_repaid_cp
         where wallet_id = w.id and id = l.id;
        update public.ledger_wallet
           set available_cp = available_cp + l.waiting_cp - v_repaid_cp,
               debt_cp = debt_cp - v_repaid_cp, version = version + 1, latest_at = p_now
         where id = w.id returning * into w;
        insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, lot_id, kind, reference)
        values (w.id, w.version, p_now, w.available_cp, w.held_cp, l.id, 'start', l.reference)
        returning id into v_transaction_id;
        perform public.ledger_write_entries(w.id, v_transaction_id, l.id,
            '{waiting,debt,available}', array[-l.waiting_cp, v_repaid_cp, l.waiting_cp - v_repaid_cp]);
    end loop;

    select array_agg(id order by expires_at, paid, id),
           array_agg(remaining_cp order by expires_at, paid, id) into v_ids, v_amounts_cp
      from public.ledger_lot where wallet_id = w.id and open and expires_at <= p_now;
    if v_ids is not null then
        update public.ledger_lot set remaining_cp = 0, open = false
         where wallet_id = w.id and id = any (v_ids);
        update public.ledger_wallet
           set available_cp = available_cp - (select sum(x) from unnest(v_amounts_cp) x),
               version = version + 1, latest_at = p_now
         where id = w.id returning * into w;
        insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, kind)
        values (w.id, w.version, p_now, w.available_cp, w.held_cp, 'expire')
        returning id into v_transaction_id;
        perform public.ledger_write_slices(w.id, v_transaction_id, v_ids, v_amounts_cp, 'available', 'expired');
    end if;
    update public.ledger_wallet
       set next_expiry_at = public.ledger_next_expiry(id), next_start_at = public.ledger_next_start(id)
     where id = w.id returning * into w;
    return w;
end $$;
