-- Staging: the service role does everything; signed-in people read, and save games as the web tracker does
-- (insert and delete); anonymous readers see nothing but the list of videos.
do $$
declare t text; own boolean;
begin
  for t in select c.relname from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and (c.relname like 'stage\_%' or c.relname = 'tracker_videos')
  loop
    own := t in ('stage_events_tracking', 'stage_shifts_tracking', 'tracker_videos');
    execute format('alter table public.%I enable row level security', t);
    execute format('revoke all on public.%I from public, anon, authenticated', t);
    execute format('grant select, insert, update, delete on public.%I to service_role', t);
    execute format('grant select on public.%I to authenticated', t);
    execute format('drop policy if exists "signed-in people read" on public.%I', t);
    execute format('create policy "signed-in people read" on public.%I for select to authenticated using (true)', t);
    execute format('drop policy if exists "signed-in people insert" on public.%I', t);
    execute format('drop policy if exists "signed-in people delete" on public.%I', t);
    if own then
      execute format('grant insert, delete on public.%I to authenticated', t);
      execute format('create policy "signed-in people insert" on public.%I for insert to authenticated with check (true)', t);
      execute format('create policy "signed-in people delete" on public.%I for delete to authenticated using (true)', t);
    end if;
  end loop;
end
$$;
grant select on public.tracker_videos to anon;
drop policy if exists "everyone reads" on public.tracker_videos;
create policy "everyone reads" on public.tracker_videos for select to anon using (true);
