-- Publishes what one unit is worth in another from p_starts_at on. Returns its id.
drop function if exists public.ledger_publish_rate;
create function public.ledger_publish_rate(
    p_from_unit text, p_to_unit text, p_numerator bigint, p_denominator bigint, p_starts_at timestamptz)
returns bigint language sql security definer as $$
    insert into public.ledger_rate (from_unit, to_unit, numerator, denominator, starts_at)
    values (p_from_unit, p_to_unit, p_numerator, p_denominator, p_starts_at) returning id;
$$;
