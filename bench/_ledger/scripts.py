"""What pgbench runs. Wallet ids are dense from 1; each has a lot that outlives the run.

A batch holds and captures fifty jobs of fifty wallets in one statement and one commit; a pair does
it for one job in two statements and two commits.
"""

from __future__ import annotations

HOLD = r"""
\set w random(1, :wallets)
select * from ledger_hold(:w, 1, gen_random_uuid()::text, 'job:1', now());
"""
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
BATCH_50 = r"""
\set w random(1, :wallets)
with picked as (select (:w + n * 97) % :wallets + 1 as w from generate_series(1, 50) n),
     held as (select w, (ledger_hold(w, 1, gen_random_uuid()::text, 'job:1', now())).hold_id as h
                from (select w from picked order by w) s)
select count(*) from (select array_agg(w) ws, array_agg(h) hs, array_agg(null::bigint) amounts,
                             array_agg(gen_random_uuid()::text) keys from held) a,
       lateral ledger_settle_many(ws, hs, amounts, keys, now());
"""
