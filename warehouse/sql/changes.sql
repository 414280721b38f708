-- Changes to staging tables, several in one transaction. For the service role only, and for staging tables only.

create or replace function benchsight.staging_table(p_table text) returns regclass
language plpgsql stable set search_path = '' as $$
begin
  if to_regclass(format('public.%I', p_table)) is null or not (p_table like 'stage\_%' or p_table = 'tracker_videos') then
    raise exception 'There is no staging table %.', p_table using errcode = '42P01', table = p_table;
  end if;
  return to_regclass(format('public.%I', p_table));
end
$$;

create or replace function benchsight.condition(p_filter jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  col text := quote_ident(p_filter ->> 'column');
  op text := p_filter ->> 'op';
  val text := quote_nullable(p_filter ->> 'value');
  symbol text := ('{"eq":"=","neq":"<>","lt":"<","lte":"<=","gt":">","gte":">=","like":"like","ilike":"ilike"}'::jsonb) ->> op;
begin
  if symbol is not null then
    return format('%s %s %s', col, symbol, val);
  elsif op = 'is_null' then
    return format('%s is %s null', col, case when (p_filter -> 'value')::boolean then '' else 'not' end);
  elsif op = 'in' then
    return coalesce((select format('%s in (%s)', col, string_agg(quote_nullable(v), ','))
                     from jsonb_array_elements_text(p_filter -> 'value') v having count(*) > 0), 'false');
  end if;
  raise exception 'There is no operator %.', op using errcode = '22023';
end
$$;

-- Rows that name the same columns are written together; where the key is generated, all rows in their order.
create or replace function benchsight.write_staged(p_table text, p_rows jsonb, out inserted bigint, out updated bigint)
language plpgsql set search_path = '' as $$
declare
  key text[] := benchsight.key_of(benchsight.staging_table(p_table));
  keyed boolean := not exists (select from jsonb_array_elements(p_rows) r where not r ?& key);
  part record; done record; cols text; sets text;
begin
  inserted := 0; updated := 0;
  for part in
    select jsonb_agg(r order by n) as rows, names from (
      select r, n, case when keyed then array(select k from jsonb_object_keys(r) k order by 1) end as names
      from jsonb_array_elements(p_rows) with ordinality as e(r, n)) named
    group by names order by min(n)
  loop
    part.names := coalesce(part.names, array(
      select distinct k from jsonb_array_elements(p_rows) r, jsonb_object_keys(r) k order by 1));
    select string_agg(quote_ident(k), ','),
      string_agg(format('%1$I = excluded.%1$I', k), ',') filter (where k <> all (key))
      into cols, sets from unnest(part.names) k;
    execute format('with written as (insert into public.%1$I as t (%2$s)
        select %2$s from jsonb_populate_recordset(null::public.%1$I, $1) %3$s returning xmax = 0 as is_new)
      select count(*) filter (where is_new) as fresh, count(*) filter (where not is_new) as changed from written',
      p_table, cols, case when not keyed then '' when sets is null then 'on conflict do nothing'
        else format('on conflict (%s) do update set %s', (select string_agg(quote_ident(k), ',') from unnest(key) k), sets) end)
      into done using part.rows;
    inserted := inserted + done.fresh;
    updated := updated + done.changed;
  end loop;
end
$$;

-- p_changes: [{table, delete_where: [{column, op, value}], delete_all, rows}], done in order.
create or replace function public.apply_changes(p_changes jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare item jsonb; done record; gone bigint; conditions text; answer jsonb := '[]';
begin
  for item in select value from jsonb_array_elements(p_changes) with ordinality order by ordinality loop
    perform benchsight.staging_table(item ->> 'table');
    gone := 0;
    select string_agg(benchsight.condition(f), ' and ') into conditions from jsonb_array_elements(item -> 'delete_where') f;
    if conditions is not null or (item ->> 'delete_all')::boolean then
      execute format('delete from public.%I where true and %s', item ->> 'table', coalesce(conditions, 'true'));
      get diagnostics gone = row_count;
    end if;
    select * into done from benchsight.write_staged(item ->> 'table', item -> 'rows');
    answer := answer || jsonb_build_array(jsonb_build_object('table', item ->> 'table',
      'inserted', done.inserted, 'updated', done.updated, 'deleted', gone));
  end loop;
  return answer;
end
$$;
