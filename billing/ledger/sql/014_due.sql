-- How much of the wallet's open lots has come to its end and is not yet written off.
drop function if exists ledger_due;
create function ledger_due(p_wallet_id bigint, p_now timestamptz) returns bigint
language sql stable as $$
    select coalesce(sum(remaining_cp), 0)::bigint from ledger_lot
     where wallet_id = p_wallet_id and open and expires_at <= p_now;
$$;
