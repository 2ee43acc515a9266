-- Settles many holds of many wallets in one call: amount null captures all of a hold, 0 releases it,
-- anything else captures that much. Wallets are locked in the order of their ids. Answers with the
-- place of each in the order asked; a refusal of one does not touch the others.
-- A wallet of which only whole, open holds are captured and where nothing is due is written with all
-- others like it at once; the rest one by one.
drop function if exists public.ledger_settle_many;
create function public.ledger_settle_many(
    p_wallet_ids bigint[], p_hold_ids bigint[], p_amounts_cp bigint[], p_keys text[], p_now timestamptz)
returns table (place bigint, outcome text, transaction_id bigint, hold_state text, captured_cp bigint,
               released_cp bigint, courtesy_cp bigint,
               available_cp bigint, held_cp bigint, version bigint, replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    i record;
    v_places bigint[];                      -- of those that are written at once
begin
    -- lock
    perform from public.ledger_wallet where id = any (p_wallet_ids) order by id for no key update;

    -- replay, decide
    select coalesce(array_agg(place) filter (where simple), '{}') into v_places
      from (select place, bool_and(whole and first_of_hold and first_of_key) over (partition by wallet_id) simple
              from (select a.place, a.wallet_id,
                           row_number() over (partition by a.wallet_id, a.hold_id) = 1 first_of_hold,
                           row_number() over (partition by a.wallet_id, a.key) = 1 first_of_key,
                           h.id is not null and not w.paused
                           and coalesce(least(w.next_expiry_at, w.next_start_at)
                                        > greatest(p_now, w.latest_at), true)
                           and not exists (select from public.ledger_transaction t
                                            where t.wallet_id = a.wallet_id and t.key = a.key) whole
                      from unnest(p_wallet_ids, p_hold_ids, p_amounts_cp, p_keys)
                           with ordinality a (wallet_id, hold_id, amount_cp, key, place)
                      left join public.ledger_wallet w on w.id = a.wallet_id
                      left join public.ledger_hold h
                        on h.wallet_id = a.wallet_id and h.id = a.hold_id and h.state = 'held'
                       and h.amount_cp = coalesce(a.amount_cp, h.amount_cp)) b) c;

    -- write
    return query
    with a as materialized (
        select a.place, a.key, h.wallet_id, h.id hold_id, h.amount_cp, h.lot_ids, h.lot_amounts_cp,
               h.reference, w.available_cp, greatest(p_now, w.latest_at) occurred_at,
               w.held_cp - sum(h.amount_cp) over steps held_cp, w.version + count(*) over steps "version"
          from unnest(p_wallet_ids, p_hold_ids, p_amounts_cp, p_keys)
               with ordinality a (wallet_id, hold_id, amount_cp, key, place)
          join public.ledger_wallet w on w.id = a.wallet_id
          join public.ledger_hold h on h.wallet_id = a.wallet_id and h.id = a.hold_id
         where a.place = any (v_places)
        window steps as (partition by a.wallet_id order by a.place)),
    t as (
        insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, hold_id, kind, key, request_hash, reference)
        select wallet_id, version, occurred_at, available_cp, held_cp, hold_id, 'capture', key,
               sha256(convert_to('capture|' || hold_id || '|' || coalesce(p_amounts_cp[place]::text, ''),
                                 'UTF8')), reference
          from a order by wallet_id, version returning wallet_id, hold_id, id),
    holds as (
        update public.ledger_hold h
           set state = 'captured', captured_cp = h.amount_cp, settled_at = a.occurred_at
          from a where h.wallet_id = a.wallet_id and h.id = a.hold_id),
    wallets as (
        update public.ledger_wallet w
           set held_cp = w.held_cp - s.amount_cp, version = s.version, latest_at = s.occurred_at
          from (select wallet_id, sum(amount_cp) amount_cp, max(version) "version",
                       max(occurred_at) occurred_at from a group by wallet_id) s
         where w.id = s.wallet_id),
    entries as (
        insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
        select a.wallet_id, t.id, 2 * s.place + x.line, x.account, s.lot_id, x.sign * s.amount_cp
          from t join a on a.wallet_id = t.wallet_id and a.hold_id = t.hold_id,
               unnest(a.lot_ids, a.lot_amounts_cp) with ordinality s (lot_id, amount_cp, place),
               (values (-1, 'held'::public.ledger_account, -1), (0, 'spent', 1)) x (line, account, sign))
    select a.place, 'ok', t.id, 'captured', a.amount_cp::bigint, 0::bigint, 0::bigint,
           a.available_cp::bigint, a.held_cp::bigint, a.version, false
      from t join a on a.wallet_id = t.wallet_id and a.hold_id = t.hold_id;
    for i in select x.* from unnest(p_wallet_ids, p_hold_ids, p_amounts_cp, p_keys)
                             with ordinality x (wallet_id, hold_id, amount_cp, key, place)
              where x.place <> all (v_places) order by x.wallet_id, x.place
    loop
        if i.amount_cp = 0 then
            return query select i.place, s.*
                           from public.ledger_release(i.wallet_id, i.hold_id, true, i.key, '', p_now) s;
        else
            return query select i.place, s.*
                           from public.ledger_capture(i.wallet_id, i.hold_id, i.amount_cp, i.key, p_now) s;
        end if;
    end loop;
end $$;
