-- Functions of the public schema can be called over REST: by the service role and nobody else.
do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p
    where (p.pronamespace = 'public'::regnamespace and p.proname in
        ('begin_load', 'load_rows', 'publish_load', 'preview_load', 'abandon_load', 'warehouse_catalog', 'warehouse_status', 'apply_changes'))
      or p.pronamespace = 'benchsight'::regnamespace
  loop
    execute format('revoke all on function %s from public, anon, authenticated', f);
    if f::text not like 'benchsight.%' then
      execute format('grant execute on function %s to service_role', f);
    end if;
  end loop;
end
$$;
