-- Places are numbers that only grow; gaps do not matter.
create sequence if not exists accounts_waiting_place;

-- How many wait in each thousand places: kept by the statement that changes them, whatever it is.
-- In order of the blocks, so that two statements never wait for each other.
create or replace function public.accounts_count_waiting() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into accounts_waitingblock (block, waiting)
            select place / 1000, count(*) from new_rows where state = 'confirmed'
            group by 1 order by 1
            on conflict (block) do update
                set waiting = accounts_waitingblock.waiting + excluded.waiting;
    elsif tg_op = 'DELETE' then
        insert into accounts_waitingblock (block, waiting)
            select place / 1000, -count(*) from old_rows where state = 'confirmed'
            group by 1 order by 1
            on conflict (block) do update
                set waiting = accounts_waitingblock.waiting + excluded.waiting;
    else
        insert into accounts_waitingblock (block, waiting)
            select block, sum(difference) from (
                select place / 1000 as block, 1 as difference from new_rows where state = 'confirmed'
                union all
                select place / 1000, -1 from old_rows where state = 'confirmed') as changes
            group by 1 having sum(difference) <> 0 order by 1
            on conflict (block) do update
                set waiting = accounts_waitingblock.waiting + excluded.waiting;
    end if;
    return null;
end $$;
create or replace trigger accounts_application_inserted after insert on accounts_application
    referencing new table as new_rows
    for each statement execute function accounts_count_waiting();
create or replace trigger accounts_application_deleted after delete on accounts_application
    referencing old table as old_rows
    for each statement execute function accounts_count_waiting();
create or replace trigger accounts_application_updated after update on accounts_application
    referencing old table as old_rows new table as new_rows
    for each statement execute function accounts_count_waiting();

create or replace trigger accounts_invitationbatch_append_only
    before update or delete on accounts_invitationbatch
    for each row execute function accounts_refuse_change();
create or replace trigger accounts_admission_append_only
    before update or delete on accounts_admission
    for each row execute function accounts_refuse_change();
