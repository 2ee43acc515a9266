-- Two people publish a version. What is submitted is frozen until it is published or withdrawn, so
-- that what the second person saw is what is published; whatever is published is never changed.

create or replace function billing_works_here(asked uuid) returns boolean
language sql stable as $$
  select exists (select from accounts_user where id = asked and is_staff and is_active)
$$;

-- Catalogues, price lists and promotions alike; a published row is looked after elsewhere.
create or replace function billing_approve() returns trigger
language plpgsql as $$
declare
  seen record;
  by_people boolean;
begin
  if tg_op = 'DELETE' then
    if old.submitted_at is not null then
      raise exception 'this draft is submitted: withdraw it first' using errcode = 'restrict_violation';
    end if;
    return old;
  end if;
  if tg_op = 'UPDATE' then
    if new.drafted_by_id is distinct from old.drafted_by_id then
      raise exception 'who drafted it stays' using errcode = 'restrict_violation';
    end if;
    if old.submitted_at is not null then
      seen := new;
      seen.approved_by_id := old.approved_by_id;
      seen.published_at := old.published_at;
      if new.published_at is not null then
        seen.starts_at := old.starts_at;  -- a start that has passed becomes now; see below
      end if;
      if new.submitted_at is null then  -- withdrawn
        seen.submitted_at := old.submitted_at;
        seen.submitted_by_id := old.submitted_by_id;
        seen.reason := old.reason;
      end if;
      if seen is distinct from old then
        raise exception 'this draft is submitted: withdraw it first'
          using errcode = 'restrict_violation';
      end if;
    elsif new.published_at is not null and new.drafted_by_id is not null then
      raise exception 'a draft is submitted before it is published'
        using errcode = 'check_violation';
    end if;
    if new.published_at is not null and old.starts_at <> new.starts_at
       and (old.starts_at > new.published_at or new.starts_at <> new.published_at) then
      raise exception 'the start that was submitted stays' using errcode = 'restrict_violation';
    end if;
  elsif new.drafted_by_id is not null and new.published_at is not null then
    raise exception 'a draft is submitted before it is published' using errcode = 'check_violation';
  end if;
  if new.submitted_by_id is not null and new.published_at is null
     and not billing_works_here(new.submitted_by_id) then
    raise exception 'staff submit a draft' using errcode = 'check_violation';
  end if;
  if new.published_at is null then
    return new;
  end if;
  if new.drafted_by_id is not null then
    if not billing_works_here(new.approved_by_id) then
      raise exception 'staff publish a draft' using errcode = 'check_violation';
    end if;
    if new.starts_at < new.published_at then
      raise exception 'a version starts when it is published, or later'
        using errcode = 'check_violation';
    end if;
    return new;
  end if;
  -- Without an author it is the program's own: only as long as nobody has taken this over.
  execute format('select exists (select from %I where drafted_by_id is not null)', tg_table_name)
    into by_people;
  if by_people then
    raise exception 'people publish here: a draft names who drafted it'
      using errcode = 'check_violation';
  end if;
  return new;
end $$;

create or replace trigger billing_catalogue_approval_new before insert on billing_catalogue
  for each row execute function billing_approve();
create or replace trigger billing_catalogue_approval before update or delete on billing_catalogue
  for each row when (old.published_at is null) execute function billing_approve();
create or replace trigger billing_pricelist_approval_new before insert on billing_pricelist
  for each row execute function billing_approve();
create or replace trigger billing_pricelist_approval before update or delete on billing_pricelist
  for each row when (old.published_at is null) execute function billing_approve();
create or replace trigger billing_promotion_approval_new before insert on billing_promotion
  for each row execute function billing_approve();
create or replace trigger billing_promotion_approval before update or delete on billing_promotion
  for each row when (old.published_at is null) execute function billing_approve();
create or replace trigger billing_catalogue_publish
  before insert or update or delete on billing_catalogue
  for each row execute function billing_publish_catalogue();
create or replace trigger billing_promotion_frozen before update or delete on billing_promotion
  for each row execute function billing_refuse_promotion();

-- What belongs to a version is edited while the version is a draft, and at no other time.
create or replace function billing_refuse_closed(what text, published timestamptz, submitted timestamptz)
returns void language plpgsql as $$
begin
  if published is not null then
    raise exception 'this version of the % is published: draft a new one', what
      using errcode = 'restrict_violation';
  end if;
  if submitted is not null then
    raise exception 'this draft is submitted: withdraw it first' using errcode = 'restrict_violation';
  end if;
end $$;

create or replace function billing_refuse_published() returns trigger
language plpgsql as $$
declare
  version record;
begin
  for version in
    select published_at, submitted_at from billing_catalogue
    where billing_catalogue.version in (case when tg_op <> 'INSERT' then old.catalogue_id end,
                                        case when tg_op <> 'DELETE' then new.catalogue_id end)
    for share
  loop
    perform billing_refuse_closed('catalogue', version.published_at, version.submitted_at);
  end loop;
  return coalesce(new, old);
end $$;

create or replace function billing_refuse_published_price() returns trigger
language plpgsql as $$
declare
  version record;
begin
  for version in
    select catalogue.published_at, catalogue.submitted_at
    from billing_plan plan join billing_catalogue catalogue on catalogue.version = plan.catalogue_id
    where plan.id in (case when tg_op <> 'INSERT' then old.plan_id end,
                      case when tg_op <> 'DELETE' then new.plan_id end)
    for share of catalogue
  loop
    perform billing_refuse_closed('catalogue', version.published_at, version.submitted_at);
  end loop;
  return coalesce(new, old);
end $$;

create or replace function billing_refuse_published_line() returns trigger
language plpgsql as $$
declare
  version record;
begin
  for version in
    select published_at, submitted_at from billing_pricelist
    where billing_pricelist.version in (case when tg_op <> 'INSERT' then old.price_list_id end,
                                        case when tg_op <> 'DELETE' then new.price_list_id end)
    for share
  loop
    perform billing_refuse_closed('price list', version.published_at, version.submitted_at);
  end loop;
  return coalesce(new, old);
end $$;

create or replace function billing_publish_price_list() returns trigger
language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.published_at is not null then
    raise exception 'a price list is never edited: publish a new version'
      using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.published_at is null then
    return new;
  end if;
  if not exists (select from billing_priceline where price_list_id = new.version) then
    raise exception 'a price list has lines' using errcode = 'check_violation';
  end if;
  if exists (
    select from billing_priceline shorter
    join billing_priceline longer
      on longer.price_list_id = shorter.price_list_id and longer.kind = shorter.kind
     and longer.quality = shorter.quality and longer.seconds > shorter.seconds
    where shorter.price_list_id = new.version and longer.unit_cp < shorter.unit_cp
  ) then
    raise exception 'a longer piece costs no less than a shorter one'
      using errcode = 'check_violation';
  end if;
  return new;
end $$;

create or replace trigger billing_pricelist_frozen
  before insert or update or delete on billing_pricelist
  for each row execute function billing_publish_price_list();
create or replace trigger billing_priceline_frozen
  before insert or update or delete on billing_priceline
  for each row execute function billing_refuse_published_line();
drop function if exists billing_refuse_price_list();

-- The steps are the record of who did what: nothing of it is changed or forgotten.
create or replace function billing_refuse_step() returns trigger
language plpgsql as $$
begin
  raise exception 'steps are never edited' using errcode = 'restrict_violation';
end $$;

create or replace trigger billing_offerstep_frozen before update or delete on billing_offerstep
  for each row execute function billing_refuse_step();
