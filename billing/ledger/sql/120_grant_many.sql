-- The same grant to many wallets in one statement: the daily points of a whole day. Skips wallets
-- that have the key already, and does one by one those that the set cannot take: where something is
-- due, a debt stands or time is ahead. Returns how many were given the grant now.
drop function if exists public.ledger_grant_many;
create function public.ledger_grant_many(
    p_wallet_ids bigint[], p_amount_cp bigint, p_source text, p_paid boolean,
    p_starts_at timestamptz, p_expires_at timestamptz,
    p_key text, p_reference text, p_now timestamptz) returns bigint
language plpgsql security definer as $$
declare
    v_hash bytea := sha256(convert_to(row('grant', p_amount_cp, p_source, p_paid,
                                          extract(epoch from p_expires_at), p_reference)::text, 'UTF8'));
    v_ids bigint[];
    v_rest bigint[];
    v_count bigint;
begin
    if p_starts_at > p_now or p_expires_at <= p_now then
        raise exception 'a grant to many wallets starts and does not end by now'
            using errcode = 'invalid_parameter_value';
    end if;
    -- lock
    perform from public.ledger_wallet where id = any (p_wallet_ids) order by id for no key update;

    -- replay, decide
    select array_agg(w.id order by w.id) filter (where simple), array_agg(w.id order by w.id) filter (where not simple)
      into v_ids, v_rest
      from (select w.id, not w.paused and w.latest_at <= p_now and (w.debt_cp = 0 or not p_paid)
                         and coalesce(least(w.next_expiry_at, w.next_start_at) > p_now, true) simple
              from public.ledger_wallet w
             where w.id = any (p_wallet_ids)
               and not exists (select from public.ledger_transaction t where t.wallet_id = w.id and t.key = p_key)) w;

    -- write
    with lots as (
        insert into public.ledger_lot (wallet_id, source, paid, open, granted_cp, remaining_cp,
                                starts_at, expires_at, reference, unit)
        select w.id, p_source, p_paid, true, p_amount_cp, p_amount_cp, p_starts_at, p_expires_at,
               p_reference, w.unit
          from public.ledger_wallet w where w.id = any (v_ids) returning wallet_id, id),
    wallets as (
        update public.ledger_wallet
           set available_cp = available_cp + p_amount_cp, version = version + 1, latest_at = p_now,
               next_expiry_at = least(next_expiry_at, p_expires_at)
         where id = any (v_ids) returning id, version, available_cp, held_cp),
    transactions as (
        insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, lot_id, kind, key, request_hash, reference)
        select w.id, w.version, p_now, w.available_cp, w.held_cp, l.id, 'grant', p_key, v_hash, p_reference
          from wallets w join lots l on l.wallet_id = w.id
        returning wallet_id, id, lot_id)
    insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
    select t.wallet_id, t.id, x.line, x.account, t.lot_id, x.amount_cp
      from transactions t,
           (values (1, 'issued'::public.ledger_account, -p_amount_cp), (2, 'available', p_amount_cp))
           x (line, account, amount_cp);
    v_count := coalesce(cardinality(v_ids), 0);
    return v_count + (select count(*) from unnest(v_rest) r (id), lateral public.ledger_grant(
               r.id, p_amount_cp, p_source, p_paid, p_starts_at, p_expires_at,
               p_key, p_reference, '', '', p_now) g where g.outcome = 'ok');
end $$;
