-- The merge: makes tables equal to loaded rows. The one home of it, for every backend.
-- It counts on the caller's transaction: all of it happens or nothing.

create or replace function benchsight.key_of(p_table regclass) returns text[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)), '{}')
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = p_table and i.indisprimary
$$;

create or replace function benchsight.refuse_stale(p_snapshot_id text, p_tables text[]) returns void
language plpgsql set search_path = '' as $$
declare newer record;
begin
  select p.table_name, p.snapshot_id into newer from benchsight.publication p
  where p.table_name = any (p_tables) and p.snapshot_id > p_snapshot_id collate "C"
  order by p.table_name limit 1;
  if found then
    raise exception 'Snapshot % is older than %, which stands in the warehouse.', p_snapshot_id, newer.snapshot_id
      using errcode = 'BSOLD', table = newer.table_name, detail = newer.table_name;
  end if;
end
$$;

create or replace function benchsight.equal_keys(p_key text[]) returns text
language sql immutable set search_path = '' as $$
  select string_agg(format('t.%1$I = s.%1$I', k), ' and ') from unnest(p_key) k
$$;

-- p_table is {table, source, columns, guard}; source is an SQL expression made by us, never by a client.
create or replace function benchsight.count_changes(p_table jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  target text := format('public.%I', p_table ->> 'table');
  match text := benchsight.equal_keys(benchsight.key_of(target::regclass));
  rest text[] := array(select c from jsonb_array_elements_text(p_table -> 'columns') c
                       where c <> all (benchsight.key_of(target::regclass)));
  stood bigint; loaded bigint; shared bigint; differing bigint;
begin
  execute format('select count(*) from %s', target) into stood;
  execute format('select count(*) from %s s', p_table ->> 'source') into loaded;
  execute format('select count(*), count(*) filter (where %s) from %s t join %s s on %s',
    case when rest = '{}' then 'false' else
      (select format('row(%s) is distinct from row(%s)', string_agg(format('t.%I', c), ','),
                     string_agg(format('s.%I', c), ',')) from unnest(rest) c) end,
    target, p_table ->> 'source', match) into shared, differing;
  return jsonb_build_object('table', p_table ->> 'table', 'stood', stood, 'rows', loaded,
    'inserted', loaded - shared, 'updated', differing, 'deleted', stood - shared);
end
$$;

create or replace function benchsight.write_rows(p_table jsonb, out updated bigint, out inserted bigint)
language plpgsql set search_path = '' as $$
declare
  target text := format('public.%I', p_table ->> 'table');
  match text := benchsight.equal_keys(benchsight.key_of(target::regclass));
  cols text[] := array(select jsonb_array_elements_text(p_table -> 'columns'));
  rest text[] := array(select c from unnest(cols) c where c <> all (benchsight.key_of(target::regclass)));
begin
  updated := 0;
  if rest <> '{}' then
    execute (select format('update %s t set %s from %s s where %s and row(%s) is distinct from row(%s)', target,
        string_agg(format('%1$I = s.%1$I', c), ','), p_table ->> 'source', match,
        string_agg(format('t.%I', c), ','), string_agg(format('s.%I', c), ',')) from unnest(rest) c);
    get diagnostics updated = row_count;
  end if;
  execute (select format('insert into %s (%s) select %s from %s s where not exists (select from %1$s t where %5$s)',
      target, string_agg(quote_ident(c), ','), string_agg(format('s.%I', c), ','), p_table ->> 'source', match)
    from unnest(cols) c);
  get diagnostics inserted = row_count;
end
$$;

create or replace function benchsight.delete_missing(p_table jsonb) returns bigint
language plpgsql set search_path = '' as $$
declare
  target text := format('public.%I', p_table ->> 'table');
  gone bigint;
begin
  execute format('delete from %s t where true and not exists (select from %s s where %s)',
    target, p_table ->> 'source', benchsight.equal_keys(benchsight.key_of(target::regclass)));
  get diagnostics gone = row_count;
  return gone;
end
$$;

create or replace function benchsight.refuse_many_deletes(p_tables jsonb) returns void
language plpgsql set search_path = '' as $$
declare item jsonb; stood bigint; gone bigint; target text;
begin
  for item in select value from jsonb_array_elements(p_tables) loop
    if (item ->> 'guard')::boolean then
      target := format('public.%I', item ->> 'table');
      execute format('select count(*), count(*) filter (where s._key is null) from %s t left join lateral
        (select true as _key from %s s where %s) s on true',
        target, item ->> 'source', benchsight.equal_keys(benchsight.key_of(target::regclass))) into stood, gone;
      if gone * 2 > stood then
        raise exception 'The upload would delete % of the % rows of %.', gone, stood, item ->> 'table'
          using errcode = 'BSDEL', table = item ->> 'table', detail = item ->> 'table';
      end if;
    end if;
  end loop;
end
$$;

-- p_tables: parents first. Returns [{table, rows, inserted, updated, deleted, seconds}].
create or replace function benchsight.merge(p_snapshot_id text, p_tables jsonb, p_keep_missing boolean, p_replace boolean)
returns jsonb language plpgsql set search_path = '' as $$
declare
  item jsonb; result jsonb := '{}'; done record; gone bigint; since timestamptz; loaded bigint;
begin
  -- writers wait, readers do not: between counting and writing nobody may slip a row in
  for item in select value from jsonb_array_elements(p_tables) loop
    execute format('lock table public.%I in share row exclusive mode', item ->> 'table');
  end loop;
  if not p_keep_missing and not p_replace then
    perform benchsight.refuse_many_deletes(p_tables);
  end if;
  for item in select value from jsonb_array_elements(p_tables) loop
    since := clock_timestamp();
    select * into done from benchsight.write_rows(item);
    execute format('select count(*) from %s s', item ->> 'source') into loaded;
    result := result || jsonb_build_object(item ->> 'table', jsonb_build_object('table', item ->> 'table', 'rows', loaded,
      'inserted', done.inserted, 'updated', done.updated, 'deleted', 0,
      'seconds', extract(epoch from clock_timestamp() - since)));
    insert into benchsight.publication as p (table_name, snapshot_id, rows) values (item ->> 'table', p_snapshot_id, loaded)
      on conflict (table_name) do update set snapshot_id = excluded.snapshot_id, rows = excluded.rows, published_at = now()
      where (p.snapshot_id, p.rows) is distinct from (excluded.snapshot_id, excluded.rows);
  end loop;
  for item in select value from jsonb_array_elements(p_tables) with ordinality order by ordinality desc loop
    exit when p_keep_missing;
    since := clock_timestamp();
    gone := benchsight.delete_missing(item);
    result := jsonb_set(result, array[item ->> 'table', 'deleted'], to_jsonb(gone));
    result := jsonb_set(result, array[item ->> 'table', 'seconds'], to_jsonb(
      (result -> (item ->> 'table') ->> 'seconds')::numeric + extract(epoch from clock_timestamp() - since)));
  end loop;
  return (select coalesce(jsonb_agg(result -> (value ->> 'table') order by ordinality), '[]')
          from jsonb_array_elements(p_tables) with ordinality);
end
$$;
