"""What pgbench runs. Wallet ids are dense from 1; each has a lot that outlives the run."""

from __future__ import annotations

HOLD = r"""
\set w random(1, :wallets)
select * from ledger_hold(:w, 1, gen_random_uuid()::text, 'job:1', now());
"""
# A job: two statements and two commits.
PAIR = r"""
\set w random(1, :wallets)
select hold_id from ledger_hold(:w, 1, gen_random_uuid()::text, 'job:1', now()) \gset
select * from ledger_capture(:w, :hold_id, null, gen_random_uuid()::text, now());
"""
HOT_PAIR = PAIR.replace("random(1, :wallets)", "1")
BALANCE = r"""
\set w random(1, :wallets)
select available_cp, held_cp, debt_cp, version, next_expiry_at from ledger_wallet where id = :w;
"""
# Open holds wait in bench_todo; one is captured in one statement and commit, or fifty are.
SETTLE = r"""
select c.outcome from bench_todo t,
       lateral ledger_capture(t.wallet_id, t.hold_id, null, gen_random_uuid()::text, now()) c
 where t.place = (select nextval('bench_place'));
"""
SETTLE_50 = r"""
with next as (select nextval('bench_place') as batch),
     a as (select array_agg(t.wallet_id) ws, array_agg(t.hold_id) hs,
                  array_agg(null::bigint) amounts, array_agg(gen_random_uuid()::text) keys
             from bench_todo t, next where t.place between next.batch * 50 - 49 and next.batch * 50)
select count(*) from a, lateral ledger_settle_many(ws, hs, amounts, keys, now());
"""
# Fifty jobs of fifty wallets, held and captured: to fill a database.
JOBS_50 = r"""
\set w random(1, :wallets)
with picked as (select (:w + n * 97) % :wallets + 1 as w from generate_series(1, 50) n),
     held as (select w, (ledger_hold(w, 1, gen_random_uuid()::text, 'job:1', now())).hold_id as h
                from (select w from picked order by w) s)
select count(*) from (select array_agg(w) ws, array_agg(h) hs, array_agg(null::bigint) amounts,
                             array_agg(gen_random_uuid()::text) keys from held) a,
       lateral ledger_settle_many(ws, hs, amounts, keys, now());
"""
