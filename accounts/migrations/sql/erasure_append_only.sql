create or replace trigger accounts_erasure_append_only
    before update or delete on accounts_erasure
    for each row execute function accounts_refuse_change();
