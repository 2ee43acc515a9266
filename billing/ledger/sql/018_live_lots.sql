-- The lots that can be held at p_now, with what they have left then: without those whose end has
-- come and with those whose start has come, though nobody has written either yet. A paid lot that
-- starts settles a debt first.
drop function if exists public.ledger_live_lots;
create function public.ledger_live_lots(p_wallet_id bigint, p_now timestamptz)
returns table (id bigint, source text, paid boolean, granted_cp bigint, remaining_cp bigint,
               starts_at timestamptz, expires_at timestamptz, reference text)
language sql stable as $$
    select l.id, l.source, l.paid, l.granted_cp, l.remaining_cp, l.starts_at, l.expires_at, l.reference
      from public.ledger_lot l
     where l.wallet_id = p_wallet_id and l.open
       and (l.expires_at is null or l.expires_at > p_now)
    union all
    select * from (
        select l.id, l.source, l.paid, l.granted_cp,
               l.waiting_cp - greatest(0, case when l.paid then least(l.waiting_cp, w.debt_cp
                   - coalesce(sum(l.waiting_cp) filter (where l.paid) over earlier, 0)) else 0 end),
               l.starts_at, l.expires_at, l.reference
          from public.ledger_lot l join public.ledger_wallet w on w.id = l.wallet_id
         where l.wallet_id = p_wallet_id and l.waiting_cp > 0 and l.starts_at <= p_now
        window earlier as (order by l.starts_at, l.id rows between unbounded preceding and 1 preceding)
        ) s (id, source, paid, granted_cp, remaining_cp, starts_at, expires_at, reference)
     where remaining_cp > 0 and (expires_at is null or expires_at > p_now);
$$;
