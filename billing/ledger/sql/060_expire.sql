-- Writes off what has come to its end. Cosmetic: every other write does it for itself first, and
-- reads do not count it. Returns the points expired (cp), or null for an unknown wallet.
drop function if exists ledger_expire;
create function ledger_expire(p_wallet_id bigint, p_now timestamptz) returns bigint
language plpgsql as $$
declare
    w ledger_wallet;
    v_before_cp bigint;
begin
    select * into w from ledger_wallet where id = p_wallet_id for no key update;
    if not found then return null; end if;
    if w.next_expiry_at is null or w.next_expiry_at > greatest(p_now, w.latest_at) then return 0; end if;
    v_before_cp := w.available_cp;
    w := ledger_expire_due(w, greatest(p_now, w.latest_at));
    return v_before_cp - w.available_cp;
end $$;
