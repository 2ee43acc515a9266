-- Ends a hold: p_captured_cp of it is spent and the rest goes back to its lots, or to the debt that a
-- clawback of the lot has left. Where a lot has ended, its part comes back as a courtesy lot of its
-- own, free or paid as the lot was. That lives 24 hours; without p_courtesy as long as the lot had
-- left when it was held, so that holding and letting go again makes no point live longer.
-- The caller holds the wallet's lock, has caught up and has seen that the key is free.
drop function if exists public.ledger_give_back;
drop function if exists public.ledger_settle;
create function public.ledger_settle(
    w public.ledger_wallet, h public.ledger_hold, p_kind public.ledger_kind, p_captured_cp bigint,
    p_courtesy boolean, p_key text, p_hash bytea, p_reason text, p_now timestamptz,
    out transaction_id bigint, out released_cp bigint, out courtesy_cp bigint,
    out available_cp bigint, out held_cp bigint, out version bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    v_repaid_cp bigint;
begin
    with s as materialized (
        select s.*, case when s.ended then nextval('public.ledger_lot_id_seq') end courtesy_lot_id
          from public.ledger_slices(h, p_captured_cp, w.debt_cp, p_now) s),
    t as (
        insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, hold_id, kind, key, request_hash, reference,
                                        reason)
        select w.id, w.version + 1, p_now, w.available_cp + h.amount_cp - p_captured_cp - sum(s.repaid_cp),
               w.held_cp - h.amount_cp, h.id, p_kind, p_key, p_hash, h.reference, p_reason
          from s returning id),
    hold as (
        update public.ledger_hold
           set state = case when p_captured_cp > 0 then 'captured'::public.ledger_hold_state
                            else 'released' end,
               captured_cp = p_captured_cp, settled_at = p_now
         where wallet_id = w.id and id = h.id),
    back as (
        update public.ledger_lot l set remaining_cp = l.remaining_cp + s.returned_cp, open = true
          from s where l.wallet_id = w.id and l.id = s.lot_id and s.returned_cp > 0 and not s.ended),
    courtesy as (
        insert into public.ledger_lot (id, wallet_id, source, paid, open, granted_cp, remaining_cp,
                                starts_at, expires_at, reference, unit)
        select s.courtesy_lot_id, w.id, 'courtesy', s.paid, true, s.returned_cp, s.returned_cp, p_now,
               p_now + case when p_courtesy then interval '24 hours'
                            else (select expires_at from public.ledger_lot
                                   where wallet_id = w.id and id = s.lot_id) - h.held_at end,
               h.reference, w.unit
          from s where s.ended),
    entries as (
        insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
        select w.id, t.id, row_number() over (order by s.place, x.line), x.account, x.lot_id, x.amount_cp
          from t, s, lateral (values
               (1, 'held'::public.ledger_account, s.lot_id, -s.captured_cp - s.repaid_cp - s.returned_cp),
               (2, 'spent', s.lot_id, s.captured_cp),
               (3, 'debt', s.lot_id, s.repaid_cp),
               (4, 'available', s.lot_id, case when s.ended then 0 else s.returned_cp end),
               (5, 'courtesy', s.lot_id, case when s.ended then s.returned_cp else 0 end),
               (6, 'courtesy', s.courtesy_lot_id, case when s.ended then -s.returned_cp else 0 end),
               (7, 'available', s.courtesy_lot_id, case when s.ended then s.returned_cp else 0 end)
               ) x (line, account, lot_id, amount_cp)
         where x.amount_cp <> 0)
    select t.id, sum(s.repaid_cp), coalesce(sum(s.returned_cp) filter (where s.ended), 0)
      into transaction_id, v_repaid_cp, courtesy_cp from t, s group by t.id;
    -- a statement of its own: the next end is looked up among the lots written above
    update public.ledger_wallet
       set available_cp = available_cp + h.amount_cp - p_captured_cp - v_repaid_cp,
           debt_cp = debt_cp - v_repaid_cp, held_cp = held_cp - h.amount_cp,
           version = version + 1, latest_at = p_now, next_expiry_at = public.ledger_next_expiry(id)
     where id = w.id
    returning available_cp, held_cp, version into available_cp, held_cp, version;
    released_cp := h.amount_cp - p_captured_cp;
end $$;
