-- Starts and writes off what time has made due. Cosmetic: every other write does it for itself
-- first, and reads count with it. Returns the points expired (cp), or null for an unknown wallet.
drop function if exists public.ledger_expire;
create function public.ledger_expire(p_wallet_id bigint, p_now timestamptz) returns bigint
language plpgsql security definer as $$
declare
    w public.ledger_wallet;
    v_version bigint;
begin
    select * into w from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then return null; end if;
    if least(w.next_expiry_at, w.next_start_at) <= greatest(p_now, w.latest_at) then
        v_version := w.version;
        w := public.ledger_catch_up(w.id, greatest(p_now, w.latest_at));
        return (select coalesce(sum(e.amount_cp), 0)
                  from public.ledger_transaction t
                  join public.ledger_entry e on e.wallet_id = t.wallet_id and e.transaction_id = t.id
                 where t.wallet_id = w.id and t.version > v_version and e.account = 'expired');
    end if;
    return 0;
end $$;
