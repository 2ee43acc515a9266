-- A published version of the catalogue is never changed, and is published only when its prices
-- keep the rules: what the forms check first is held here whatever writes.

create or replace function billing_catalogue_is_published(asked bigint) returns boolean
language sql stable as $$
  select coalesce((select published_at is not null from billing_catalogue where version = asked),
                  false)
$$;

create or replace function billing_refuse_published() returns trigger
language plpgsql as $$
begin
  if tg_op <> 'INSERT' and billing_catalogue_is_published(old.catalogue_id)
     or tg_op <> 'DELETE' and billing_catalogue_is_published(new.catalogue_id) then
    raise exception 'this version of the catalogue is published: draft a new one'
      using errcode = 'restrict_violation';
  end if;
  return coalesce(new, old);
end $$;

create or replace function billing_refuse_published_price() returns trigger
language plpgsql as $$
begin
  if exists (
    select from billing_plan
    where id in (case when tg_op <> 'INSERT' then old.plan_id end,
                 case when tg_op <> 'DELETE' then new.plan_id end)
      and billing_catalogue_is_published(catalogue_id)
  ) then
    raise exception 'this version of the catalogue is published: draft a new one'
      using errcode = 'restrict_violation';
  end if;
  return coalesce(new, old);
end $$;

create or replace function billing_publish_catalogue() returns trigger
language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.published_at is not null then
    raise exception 'this version of the catalogue is published: draft a new one'
      using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.published_at is null then
    return new;
  end if;
  if not exists (select from billing_plan where catalogue_id = new.version and level = 0) then
    raise exception 'a catalogue has a free plan' using errcode = 'check_violation';
  end if;
  if exists (
    select from billing_planprice lower_price
    join billing_plan lower_plan on lower_plan.id = lower_price.plan_id
    join billing_plan higher_plan
      on higher_plan.catalogue_id = lower_plan.catalogue_id and higher_plan.level > lower_plan.level
    join billing_planprice higher_price
      on higher_price.plan_id = higher_plan.id and higher_price.period = lower_price.period
     and higher_price.currency = lower_price.currency
    where lower_plan.catalogue_id = new.version
      and (higher_plan.month_cp <= lower_plan.month_cp
           or higher_price.amount_minor::numeric * lower_plan.month_cp
              >= lower_price.amount_minor::numeric * higher_plan.month_cp)
  ) then
    raise exception 'the unit price falls strictly with level' using errcode = 'check_violation';
  end if;
  if exists (
    select from billing_planprice shorter
    join billing_plan plan on plan.id = shorter.plan_id
    join billing_planprice longer
      on longer.plan_id = shorter.plan_id and longer.currency = shorter.currency
     and longer.months > shorter.months
    where plan.catalogue_id = new.version
      and longer.amount_minor::numeric * shorter.months
          > shorter.amount_minor::numeric * longer.months
  ) then
    raise exception 'the unit price does not rise with period' using errcode = 'check_violation';
  end if;
  return new;
end $$;

create or replace trigger billing_plan_frozen before insert or update or delete on billing_plan
  for each row execute function billing_refuse_published();
create or replace trigger billing_pack_frozen before insert or update or delete on billing_pack
  for each row execute function billing_refuse_published();
create or replace trigger billing_rate_frozen
  before insert or update or delete on billing_topuprate
  for each row execute function billing_refuse_published();
create or replace trigger billing_price_frozen
  before insert or update or delete on billing_planprice
  for each row execute function billing_refuse_published_price();
create or replace trigger billing_catalogue_publish
  before insert or update or delete on billing_catalogue
  for each row execute function billing_publish_catalogue();

-- A published promotion can be ended early, once; nothing else of it changes.
create or replace function billing_refuse_promotion() returns trigger
language plpgsql as $$
declare
  changed billing_promotion;
begin
  if old.published_at is null then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE' and old.ended_early_at is null then
    changed := new;
    changed.ended_early_at := null;
    if changed is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'this promotion is published: it can only be ended early'
    using errcode = 'restrict_violation';
end $$;

create or replace trigger billing_promotion_frozen before update or delete on billing_promotion
  for each row execute function billing_refuse_promotion();

-- Price lists are published by being there.
create or replace function billing_refuse_price_list() returns trigger
language plpgsql as $$
begin
  raise exception 'a price list is never edited: publish a new version'
    using errcode = 'restrict_violation';
end $$;

create or replace trigger billing_pricelist_frozen before update or delete on billing_pricelist
  for each row execute function billing_refuse_price_list();
create or replace trigger billing_priceline_frozen before update or delete on billing_priceline
  for each row execute function billing_refuse_price_list();
