-- Paper and what an order was agreed on stay as they are. Of a document only `mailed_at` moves.
create or replace function public.billing_refuse_terms() returns trigger language plpgsql as $$
begin
    raise exception 'the terms of an order are never changed' using errcode = 'restrict_violation';
end $$;
create or replace trigger billing_orderterms_frozen before update or delete on billing_orderterms
    for each row execute function billing_refuse_terms();

create or replace function public.billing_refuse_document() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if to_jsonb(new) - 'mailed_at' = to_jsonb(old) - 'mailed_at' then return new; end if;
    end if;
    raise exception 'an issued document is never changed' using errcode = 'restrict_violation';
end $$;
create or replace trigger billing_document_frozen before update or delete on billing_document
    for each row execute function billing_refuse_document();
