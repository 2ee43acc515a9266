-- The ledger's tables. Run once by the first migration and never edited after it has been
-- released: a change of a table is a new file and a new migration.
--
-- Amounts are integer hundredths of a point (suffix _cp). Every key starts with wallet_id, so the
-- tables can be partitioned or distributed by it. There are no foreign keys: the functions beside
-- this file are the only writers, they work under the lock of the wallet row, and check.py proves
-- what a foreign key would.

create type ledger_hold_state as enum ('held', 'captured', 'released');
create type ledger_kind as enum (
    'grant', 'hold', 'capture', 'release', 'expire',
    'clawback', 'freeze', 'unfreeze', 'adjust', 'transfer', 'convert');
-- Where points are. available, held and frozen belong to the owner; debt is what he owes, below
-- zero; the others say where points came from and went to.
create type ledger_account as enum (
    'available', 'held', 'frozen', 'debt',
    'issued', 'spent', 'expired', 'clawed_back', 'courtesy', 'adjusted', 'transferred', 'converted');

create sequence ledger_lot_id_seq;
create sequence ledger_hold_id_seq;
create sequence ledger_transaction_id_seq;
create sequence ledger_entry_id_seq;

-- fillfactor leaves room in the page, so that the updates of every write stay heap-only.
create table ledger_wallet (
    id bigint generated always as identity primary key,
    available_cp bigint not null default 0 constraint ledger_available_not_below_zero check (available_cp >= 0),
    held_cp bigint not null default 0 constraint ledger_held_not_below_zero check (held_cp >= 0),
    debt_cp bigint not null default 0 constraint ledger_debt_not_below_zero check (debt_cp >= 0),
    version bigint not null default 0,
    next_expiry_at timestamptz,          -- the earliest end of an open lot
    latest_at timestamptz not null,      -- time of the latest write; never runs backwards
    opened_at timestamptz not null
) with (fillfactor = 60);
create index ledger_wallet_due on ledger_wallet (next_expiry_at) where next_expiry_at is not null;

-- remaining_cp is what can still be held. `open` is remaining_cp > 0 as a flag of its own: it flips
-- once or twice in the life of a lot, so the index below does not stop heap-only updates.
create table ledger_lot (
    id bigint not null default nextval('ledger_lot_id_seq'),
    wallet_id bigint not null,
    source text not null constraint ledger_source_is_a_word check (source ~ '^[a-z][a-z_]{0,31}$'),
    paid boolean not null,
    open boolean not null,
    granted_cp bigint not null check (granted_cp > 0),
    remaining_cp bigint not null check (remaining_cp between 0 and granted_cp),
    starts_at timestamptz not null,
    expires_at timestamptz check (expires_at > starts_at),
    reference text not null default '',
    primary key (wallet_id, id),
    constraint ledger_open_means_remaining check (open = (remaining_cp > 0))
) with (fillfactor = 80);
create index ledger_lot_order_of_use on ledger_lot (wallet_id, expires_at, paid, id) where open;

-- lot_ids and lot_amounts_cp are the slices, in order of use.
create table ledger_hold (
    id bigint not null default nextval('ledger_hold_id_seq'),
    wallet_id bigint not null,
    state ledger_hold_state not null default 'held',
    amount_cp bigint not null check (amount_cp > 0),
    captured_cp bigint not null default 0 check (captured_cp between 0 and amount_cp),
    lot_ids bigint[] not null,
    lot_amounts_cp bigint[] not null,
    reference text not null default '',
    held_at timestamptz not null,
    settled_at timestamptz,
    primary key (wallet_id, id),
    check ((state = 'captured') = (captured_cp > 0)),
    check ((state = 'held') = (settled_at is null))
) with (fillfactor = 80);

-- One row for each write; key is null only where nobody asked for it (expire).
create table ledger_transaction (
    id bigint not null default nextval('ledger_transaction_id_seq'),
    wallet_id bigint not null,
    version bigint not null check (version > 0),
    occurred_at timestamptz not null,
    available_after_cp bigint not null check (available_after_cp >= 0),
    held_after_cp bigint not null check (held_after_cp >= 0),
    hold_id bigint,                      -- the hold made or settled
    lot_id bigint,                       -- the lot made: by a grant, or as a courtesy
    kind ledger_kind not null,
    key text constraint ledger_key_length check (length(key) between 1 and 200),
    request_hash bytea,
    reference text not null default '',
    reason text not null default '',
    actor text not null default '',
    primary key (wallet_id, version),
    unique (wallet_id, key),
    check ((key is null) = (request_hash is null))
) partition by hash (wallet_id);

create table ledger_entry (
    id bigint not null default nextval('ledger_entry_id_seq'),
    wallet_id bigint not null,
    transaction_id bigint not null,
    lot_id bigint not null,
    amount_cp bigint not null check (amount_cp <> 0),
    account ledger_account not null,
    line smallint not null,
    primary key (wallet_id, transaction_id, line)
) partition by hash (wallet_id);

-- Ids grow with the file, so a block-range index finds one at next to no cost for a write.
create index ledger_lot_id on ledger_lot using brin (id);
create index ledger_hold_id on ledger_hold using brin (id);
create index ledger_transaction_id on ledger_transaction using brin (id);
create index ledger_entry_id on ledger_entry using brin (id);
