-- The same publication for clients that cannot COPY: begin, send rows in batches, publish. For the service role only.
-- Every call may be repeated: batches are written by key, and a published load answers what it answered first.

create or replace function benchsight.sources_of(p_load benchsight.load) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_agg(value || jsonb_build_object('source',
    format('(select * from benchsight_load.%I where _load_id = %L)', value ->> 'table', p_load.load_id)) order by ordinality)
  from jsonb_array_elements(p_load.tables) with ordinality
$$;

create or replace function benchsight.open_load(p_load_id text) returns benchsight.load
language plpgsql set search_path = '' as $$
declare found_load benchsight.load;
begin
  select * into found_load from benchsight.load l where l.load_id = p_load_id for update;
  if not found then
    raise exception 'There is no load %.', p_load_id using errcode = 'BSLOA';
  end if;
  return found_load;
end
$$;

create or replace function benchsight.empty_load(p_load benchsight.load) returns void
language plpgsql set search_path = '' as $$
declare item jsonb;
begin
  for item in select value from jsonb_array_elements(p_load.tables) loop
    if to_regclass(format('benchsight_load.%I', item ->> 'table')) is not null then
      execute format('delete from benchsight_load.%I where _load_id = %L', item ->> 'table', p_load.load_id);
    end if;
  end loop;
end
$$;

-- p_tables: [{table, columns, rows, guard}], parents first.
create or replace function public.begin_load(p_load_id text, p_snapshot_id text, p_tables jsonb) returns void
language plpgsql security definer set search_path = '' as $$
declare item jsonb; old benchsight.load; missing text;
begin
  for old in select * from benchsight.load where begun_at < now() - interval '1 day' for update skip locked loop
    perform benchsight.empty_load(old);
    delete from benchsight.load where load_id = old.load_id;
  end loop;
  perform benchsight.refuse_stale(p_snapshot_id, array(select value ->> 'table' from jsonb_array_elements(p_tables)));
  for item in select value from jsonb_array_elements(p_tables) loop
    if to_regclass(format('benchsight_load.%I', item ->> 'table')) is null then
      raise exception 'The table % is missing.', item ->> 'table' using errcode = 'BSDRF', table = item ->> 'table', detail = item ->> 'table';
    end if;
    select c into missing from jsonb_array_elements_text(item -> 'columns') c
    where not exists (select from pg_catalog.pg_attribute a
      where a.attrelid = to_regclass(format('benchsight_load.%I', item ->> 'table')) and a.attname = c and not a.attisdropped);
    if found then
      raise exception 'The table % lacks the column %.', item ->> 'table', missing
        using errcode = 'BSDRF', table = item ->> 'table', detail = item ->> 'table';
    end if;
  end loop;
  insert into benchsight.load (load_id, snapshot_id, tables) values (p_load_id, p_snapshot_id, p_tables)
    on conflict (load_id) do nothing;
end
$$;

create or replace function public.load_rows(p_load_id text, p_table text, p_rows jsonb) returns bigint
language plpgsql security definer set search_path = '' as $$
declare columns text;
begin
  select string_agg(quote_ident(c), ',' order by ordinality) into columns
  from benchsight.load l, jsonb_array_elements(l.tables) item, jsonb_array_elements_text(item -> 'columns') with ordinality c(c, ordinality)
  where l.load_id = p_load_id and l.result is null and item ->> 'table' = p_table;
  if columns is null then
    raise exception 'Load % takes no rows of %.', p_load_id, p_table using errcode = 'BSLOA', table = p_table, detail = p_table;
  end if;
  execute format('insert into benchsight_load.%1$I (_load_id, %2$s)
    select %3$L, %2$s from jsonb_populate_recordset(null::benchsight_load.%1$I, $1) on conflict do nothing',
    p_table, columns, p_load_id) using p_rows;
  return jsonb_array_length(p_rows);
end
$$;

create or replace function benchsight.refuse_incomplete(p_sources jsonb) returns void
language plpgsql set search_path = '' as $$
declare item jsonb; arrived bigint;
begin
  for item in select value from jsonb_array_elements(p_sources) loop
    execute format('select count(*) from %s s', item ->> 'source') into arrived;
    if arrived <> (item ->> 'rows')::bigint then
      raise exception '% of the % rows of % arrived.', arrived, item ->> 'rows', item ->> 'table'
        using errcode = 'BSCNT', table = item ->> 'table', detail = item ->> 'table';
    end if;
    execute format('analyze benchsight_load.%I', item ->> 'table');
  end loop;
end
$$;

create or replace function public.publish_load(p_load_id text, p_keep_missing boolean, p_replace boolean) returns jsonb
language plpgsql security definer set search_path = '' set statement_timeout = '10min' as $$
declare this benchsight.load; sources jsonb; answer jsonb;
begin
  perform pg_advisory_xact_lock(hashtext('benchsight.publish'));
  this := benchsight.open_load(p_load_id);
  if this.result is not null then
    return this.result;
  end if;
  sources := benchsight.sources_of(this);
  perform benchsight.refuse_stale(this.snapshot_id, array(select value ->> 'table' from jsonb_array_elements(this.tables)));
  perform benchsight.refuse_incomplete(sources);
  answer := benchsight.merge(this.snapshot_id, sources, p_keep_missing, p_replace);
  perform benchsight.empty_load(this);
  update benchsight.load set result = answer where load_id = p_load_id;
  return answer;
end
$$;

create or replace function public.preview_load(p_load_id text) returns jsonb
language plpgsql security definer set search_path = '' set statement_timeout = '10min' as $$
declare sources jsonb;
begin
  sources := benchsight.sources_of(benchsight.open_load(p_load_id));
  perform benchsight.refuse_incomplete(sources);
  return (select coalesce(jsonb_agg(benchsight.count_changes(value) order by ordinality), '[]')
          from jsonb_array_elements(sources) with ordinality);
end
$$;

create or replace function public.abandon_load(p_load_id text) returns void
language plpgsql security definer set search_path = '' as $$
declare this benchsight.load;
begin
  select * into this from benchsight.load l where l.load_id = p_load_id for update;
  if found and this.result is null then
    perform benchsight.empty_load(this);
    delete from benchsight.load where load_id = p_load_id;
  end if;
end
$$;
