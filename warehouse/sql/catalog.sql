-- What stands in the database, for the drift report and for reading by name.
create or replace function public.warehouse_catalog() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'server_version', current_setting('server_version'),
    'functions_version', obj_description('public.warehouse_catalog()'::regprocedure, 'pg_proc'),
    'published', (select coalesce(jsonb_object_agg(table_name, snapshot_id), '{}') from benchsight.publication),
    'tables', (select coalesce(jsonb_object_agg(c.relname, jsonb_build_object(
        'key', benchsight.key_of(c.oid), 'is_view', c.relkind in ('v', 'm'),
        'columns', (select coalesce(jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum), '[]')
                    from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))), '{}')
      from pg_catalog.pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')))
$$;

create or replace function public.warehouse_status() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('server_version', current_setting('server_version'),
    'functions_version', obj_description('public.warehouse_catalog()'::regprocedure, 'pg_proc'))
$$;
