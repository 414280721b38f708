-- The roles that Supabase has; made here only where a plain PostgreSQL lacks them.
do $$
begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then
    create role authenticated nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin bypassrls;
  end if;
exception
  when duplicate_object or unique_violation then null; -- another database of the same server makes them right now
end
$$;
grant usage on schema public to anon, authenticated, service_role;
