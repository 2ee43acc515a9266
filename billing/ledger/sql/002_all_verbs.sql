-- What all verbs need beyond the first form. Run once.
--
-- A CHECK is parsed again by every statement that writes its table, and the tables below are
-- written by every hold. A domain checks the same and is parsed once in a session. Block-range
-- indexes cost a write more than the rare search by a bare id is worth.
create domain ledger_cp as bigint constraint ledger_not_below_zero check (value >= 0);
create domain ledger_key as text constraint ledger_key_length check (length(value) between 1 and 200);
create domain ledger_source as text
    constraint ledger_source_is_a_word check (value ~ '^[a-z][a-z_]{0,31}$');

alter table ledger_wallet
    drop constraint ledger_available_not_below_zero,
    drop constraint ledger_held_not_below_zero,
    drop constraint ledger_debt_not_below_zero,
    alter available_cp type ledger_cp, alter held_cp type ledger_cp, alter debt_cp type ledger_cp,
    add frozen_cp ledger_cp not null default 0,
    add next_start_at timestamptz,               -- the earliest start of a lot that waits for it
    add paused boolean not null default false,   -- a check found a breach: no grant, no capture
    add unit text not null default 'point';
alter table ledger_lot
    drop constraint ledger_source_is_a_word,
    drop constraint ledger_lot_granted_cp_check,
    drop constraint ledger_lot_check,
    drop constraint ledger_lot_check1,
    alter source type ledger_source, alter granted_cp type ledger_cp, alter remaining_cp type ledger_cp,
    add waiting_cp ledger_cp not null default 0,     -- not yet started
    add frozen_cp ledger_cp not null default 0,      -- disputed
    add clawed_back_cp ledger_cp not null default 0, -- the money for it went back
    add unit text not null default 'point';
alter table ledger_hold
    drop constraint ledger_hold_amount_cp_check,
    drop constraint ledger_hold_check,
    drop constraint ledger_hold_check1,
    drop constraint ledger_hold_check2,
    alter amount_cp type ledger_cp, alter captured_cp type ledger_cp,
    add constraint ledger_captured_of_held check (captured_cp <= amount_cp);
alter table ledger_transaction
    drop constraint ledger_transaction_version_check,
    drop constraint ledger_transaction_available_after_cp_check,
    drop constraint ledger_transaction_held_after_cp_check,
    drop constraint ledger_transaction_check,
    drop constraint ledger_key_length,
    alter available_after_cp type ledger_cp, alter held_after_cp type ledger_cp,
    alter key type ledger_key,
    add counterpart_id bigint;                   -- the transaction in the other wallet of a transfer
alter table ledger_entry drop constraint ledger_entry_amount_cp_check;
drop index ledger_lot_id, ledger_hold_id, ledger_transaction_id, ledger_entry_id;

create index ledger_lot_waiting on ledger_lot (wallet_id, starts_at, id) where waiting_cp > 0;
create index ledger_wallet_starting on ledger_wallet (next_start_at) where next_start_at is not null;

-- How many of one unit another is worth, from an instant on; published, never changed.
create table ledger_rate (
    id bigint generated always as identity primary key,
    from_unit text not null,
    to_unit text not null check (to_unit <> from_unit),
    numerator bigint not null check (numerator > 0),
    denominator bigint not null check (denominator > 0),
    starts_at timestamptz not null,
    unique (from_unit, to_unit, starts_at)
);
create trigger ledger_rate_append_only before update or delete on ledger_rate
    for each row execute function ledger_refuse_change();
create trigger ledger_rate_no_truncate before truncate on ledger_rate
    for each statement execute function ledger_refuse_change();

alter type ledger_kind add value 'start';
alter type ledger_account add value 'waiting';
