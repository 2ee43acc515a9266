-- Sets points aside for a job: earliest end first, free before paid, oldest first.
-- Outcomes: ok, unknown_wallet, key_reused, insufficient_points (available_cp says what there is).
-- The usual call is two statements: it locks the wallet and writes six rows. What is rarer stands in a
-- branch.
drop function if exists public.ledger_hold;
create function public.ledger_hold(
    p_wallet_id bigint, p_amount_cp bigint, p_key text, p_reference text, p_now timestamptz,
    out outcome text, out transaction_id bigint, out hold_id bigint,
    out lot_ids bigint[], out lot_amounts_cp bigint[], out lot_sources text[], out lot_paid boolean[],
    out available_cp bigint, out held_cp bigint, out version bigint, out replayed boolean)
language plpgsql security definer as $$
#variable_conflict use_column
declare
    v_available_cp bigint;
    v_held_cp bigint;
    v_version bigint;
    v_due_at timestamptz;
    v_now timestamptz;
    v_lot_id bigint;                        -- the first lot, when it covers all of it
    v_source text;
    v_paid boolean;
    v_open boolean;
    v_hash bytea := sha256(convert_to('hold|' || p_amount_cp || '|' || p_reference, 'UTF8'));
begin
    -- lock
    select available_cp, held_cp, version, least(next_expiry_at, next_start_at),
           greatest(p_now, latest_at)
      into v_available_cp, v_held_cp, v_version, v_due_at, v_now
      from public.ledger_wallet where id = p_wallet_id for no key update;
    if not found then outcome := 'unknown_wallet'; return; end if;

    -- replay, catch up, decide: where the usual call would not do
    if v_available_cp < p_amount_cp or v_due_at <= v_now then
        select * from public.ledger_hold_replayed(p_wallet_id, p_key, v_hash)
          into outcome, transaction_id, hold_id, lot_ids, lot_amounts_cp, lot_sources, lot_paid,
               available_cp, held_cp, version, replayed;
        if outcome is not null then return; end if;
        if v_due_at <= v_now then
            begin
                select available_cp, held_cp, version into v_available_cp, v_held_cp, v_version
                  from public.ledger_catch_up(p_wallet_id, v_now);
                if v_available_cp < p_amount_cp then raise sqlstate 'LG000'; end if;
            exception when sqlstate 'LG000' then    -- a refused write writes nothing
            end;
        end if;
        if v_available_cp < p_amount_cp then
            outcome := 'insufficient_points'; available_cp := v_available_cp; return;
        end if;
    end if;

    -- write: one statement, because each has a price of its own; nothing if the key was used
    hold_id := nextval('public.ledger_hold_id_seq');
    with t as (
        insert into public.ledger_transaction (wallet_id, version, occurred_at, available_after_cp,
                                        held_after_cp, hold_id, kind, key, request_hash, reference)
        select p_wallet_id, v_version + 1, v_now, v_available_cp - p_amount_cp,
               v_held_cp + p_amount_cp, hold_id, 'hold', p_key, v_hash, p_reference
         where not exists (select from public.ledger_transaction
                            where wallet_id = p_wallet_id and key = p_key)
        returning id),
    l as (
        update public.ledger_lot
           set remaining_cp = remaining_cp - p_amount_cp, open = remaining_cp > p_amount_cp
          from t
         where wallet_id = p_wallet_id and remaining_cp >= p_amount_cp
           and ledger_lot.id = (select id from public.ledger_lot where wallet_id = p_wallet_id and open
                                 order by expires_at, paid, id limit 1)
        returning ledger_lot.id, source, paid, open),
    wallet as (
        update public.ledger_wallet
           set available_cp = available_cp - p_amount_cp, held_cp = held_cp + p_amount_cp,
               version = version + 1, latest_at = v_now
          from l where ledger_wallet.id = p_wallet_id),
    hold as (
        insert into public.ledger_hold (id, wallet_id, amount_cp, lot_ids, lot_amounts_cp, reference,
                                        held_at)
        select hold_id, p_wallet_id, p_amount_cp, array[l.id], array[p_amount_cp], p_reference, v_now
          from l),
    entries as (
        insert into public.ledger_entry (wallet_id, transaction_id, line, account, lot_id, amount_cp)
        select p_wallet_id, t.id, x.line, x.account, l.id, x.amount_cp
          from t, l, (values (1, 'available'::public.ledger_account, -p_amount_cp),
                             (2, 'held', p_amount_cp)) x (line, account, amount_cp))
    select t.id, l.id, l.source, l.paid, l.open
      into transaction_id, v_lot_id, v_source, v_paid, v_open from t left join l on true;
    if not found then
        select * from public.ledger_hold_replayed(p_wallet_id, p_key, v_hash)
          into outcome, transaction_id, hold_id, lot_ids, lot_amounts_cp, lot_sources, lot_paid,
               available_cp, held_cp, version, replayed;
        return;
    end if;
    lot_ids := array[v_lot_id]; lot_amounts_cp := array[p_amount_cp];
    lot_sources := array[v_source]; lot_paid := array[v_paid];
    if v_lot_id is null then                        -- the first lot does not cover all of it
        select * from public.ledger_burn(p_wallet_id, p_amount_cp)
          into lot_ids, lot_amounts_cp, lot_sources, lot_paid;
        update public.ledger_wallet
           set available_cp = available_cp - p_amount_cp, held_cp = held_cp + p_amount_cp,
               version = version + 1, latest_at = v_now
         where id = p_wallet_id;
        insert into public.ledger_hold (id, wallet_id, amount_cp, lot_ids, lot_amounts_cp, reference,
                                        held_at)
        values (hold_id, p_wallet_id, p_amount_cp, lot_ids, lot_amounts_cp, p_reference, v_now);
        perform public.ledger_write_slices(p_wallet_id, transaction_id, lot_ids, lot_amounts_cp,
                                           'available', 'held');
    end if;
    if v_open is not true then                      -- a lot was used up, and it was the next to end
        update public.ledger_wallet set next_expiry_at = public.ledger_next_expiry(id)
         where id = p_wallet_id;
    end if;
    outcome := 'ok'; replayed := false; version := v_version + 1;
    available_cp := v_available_cp - p_amount_cp; held_cp := v_held_cp + p_amount_cp;
end $$;
