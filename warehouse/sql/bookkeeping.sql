-- What was published and what is being loaded. Neither schema is exposed by the REST interface.
create schema if not exists benchsight;
create schema if not exists benchsight_load;
revoke all on schema benchsight, benchsight_load from public;

create table if not exists benchsight.publication (
  table_name text primary key,
  snapshot_id text collate "C" not null,
  rows bigint not null,
  published_at timestamptz not null default now()
);
create table if not exists benchsight.load (
  load_id text primary key,
  snapshot_id text collate "C" not null,
  tables jsonb not null,
  begun_at timestamptz not null default now(),
  result jsonb
);
comment on table benchsight.publication is 'The snapshot that each table equals since its last publication.';
comment on table benchsight.load is 'Uploads over the REST interface; result is set once published, so that a repeated call gets the same answer.';
