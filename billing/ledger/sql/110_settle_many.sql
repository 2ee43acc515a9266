-- Settles many holds of many wallets in one call: amount null captures all of a hold, 0 releases it,
-- anything else captures that much. Wallets are locked in the order of their ids. Answers in the
-- order asked (place); a refusal of one does not touch the others.
drop function if exists public.ledger_settle_many;
create function public.ledger_settle_many(
    p_wallet_ids bigint[], p_hold_ids bigint[], p_amounts_cp bigint[], p_keys text[], p_now timestamptz)
returns table (place bigint, outcome text, transaction_id bigint, hold_state text, captured_cp bigint,
               released_cp bigint, courtesy_lot_id bigint,
               available_cp bigint, held_cp bigint, version bigint, replayed boolean)
language plpgsql security definer as $$
declare
    i record;
begin
    for i in select x.* from unnest(p_wallet_ids, p_hold_ids, p_amounts_cp, p_keys)
                             with ordinality x (wallet_id, hold_id, amount_cp, key, place)
              order by x.wallet_id, x.place
    loop
        if i.amount_cp = 0 then
            return query select i.place, s.* from public.ledger_release(i.wallet_id, i.hold_id, i.key, '', p_now) s;
        else
            return query select i.place, s.*
                           from public.ledger_capture(i.wallet_id, i.hold_id, i.amount_cp, i.key, p_now) s;
        end if;
    end loop;
end $$;
