-- Staging: what people enter, laid over the files by key. Independent of any snapshot.
-- Columns mirror the sheets of the master workbook and, beside them, the names that other clients use for the same thing.
-- Cells are text as people wrote them, numbers only where the web tracker needs them. E-mail addresses have no column.

create table if not exists public.stage_dim_player (
  player_id text primary key,
  player_first_name text, player_last_name text, player_full_name text, player_primary_position text,
  current_skill_rating text, player_rating_ly text, player_hand text, birth_year text, player_gender text,
  highest_beer_league text, player_notes text, player_leadership text, player_norad text, player_csaha text,
  player_norad_primary_number text, player_csah_primary_number text, player_norad_current_team text,
  player_csah_current_team text, player_norad_current_team_id text, player_csah_current_team_id text,
  other_url text, player_url text, player_image text, random_player_first_name text, random_player_last_name text,
  random_player_full_name text
);
create table if not exists public.stage_dim_team (
  team_id text primary key,
  team_name text, norad_team text, csah_team text, league_id text, league text, long_team_name text, team_cd text,
  team_color1 text, team_color2 text, team_color3 text, team_color4 text, team_logo text, team_url text,
  division text, conference text, home_arena text
);
create table if not exists public.stage_dim_league (league_id text primary key, league text);
create table if not exists public.stage_dim_season (
  season_id text primary key,
  season text, session text, norad text, csah text, league_id text, league text, start_date text, end_date text,
  season_name text, is_current text
);
create table if not exists public.stage_dim_schedule (
  game_id text primary key,
  season text, season_id text, game_url text, home_team_game_id text, away_team_game_id text,
  game_date text, game_time text, home_team text, away_team text, home_team_id text, away_team_id text,
  head_to_head_id text, game_type text, playoff_round text, last_period_type text, period_length text,
  ot_period_length text, shootout_rounds text, home_score integer, away_score integer,
  home_team_period1_goals text, home_team_period2_goals text, home_team_period3_goals text, "home_team_periodOT_goals" text,
  away_team_period1_goals text, away_team_period2_goals text, away_team_period3_goals text, "away_team_periodOT_goals" text,
  home_team_seeding text, away_team_seeding text, home_team_w text, home_team_l text, home_team_t text, home_team_pts text,
  away_team_w text, away_team_l text, away_team_t text, away_team_pts text,
  video_id text, video_start_time text, video_end_time text, video_title text, video_url text,
  schedule_type text, include text, venue text, game_status text, deleted text, emptied text
);
alter table public.stage_dim_schedule add column if not exists emptied text;
comment on column public.stage_dim_schedule.emptied is 'The columns of numbers that this row empties, separated by spaces; a number in the column itself wins.';
comment on column public.stage_dim_schedule.deleted is 'true takes the game out of the league, also when the files have it.';
create table if not exists public.stage_dim_playerurlref (
  n_player_url text primary key, player_full_name text, player_id text
);
create table if not exists public.stage_dim_randomnames (
  random_full_name text primary key, random_first_name text, random_last_name text, gender text, name_used text
);
create table if not exists public.stage_fact_gameroster (
  game_id text, player_id text,
  player_game_id text, team_game_id text, opp_team_game_id text, team_venue text, team_name text, opp_team_name text,
  player_game_number text, n_player_url text, player_position text, games_played text, goals text, assist text,
  goals_against text, pim text, shutouts text, team_id text, opp_team_id text, "key" text, player_full_name text,
  date text, season text, sub text, current_team text, skill_rating text, is_starter text, is_captain text, is_alternate text,
  primary key (game_id, player_id)
);
create table if not exists public.stage_fact_leadership (
  season_id text, player_id text,
  player_full_name text, leadership text, skill_rating text, n_player_url text, team_name text, team_id text, season text,
  primary key (season_id, player_id)
);
create table if not exists public.stage_fact_registration (
  player_season_registration_id text primary key,
  player_full_name text, player_id text, season_id text, season text, restricted text, position text,
  norad_experience text, "CAF" text, highest_beer_league_played text, skill_rating text, sub_yn text,
  drafted_team_name text, drafted_team_id text
);
create table if not exists public.stage_fact_draft (
  player_draft_id text primary key,
  team_id text, skill_rating text, round text, player_full_name text, player_id text, team_name text, restricted text,
  overall_draft_round text, overall_draft_position text, unrestricted_draft_position text, season text, season_id text,
  league text
);
create table if not exists public.stage_fact_playergames (
  player_game_id text primary key,
  game_id text, player_id text, team_id text, goals text, assists text, points text, plus_minus text, pim text,
  shots text, hits text, blocks text, faceoff_wins text, faceoff_losses text, toi_seconds text
);
create table if not exists public.stage_dim_event_type (
  event_type_id text primary key,
  event_type_code text, event_type_name text, event_category text, description text, is_corsi text, is_fenwick text
);
create table if not exists public.stage_dim_event_detail (
  event_detail_id text primary key,
  event_detail_code text, event_detail_name text, event_type text, category text, description text,
  is_shot_on_goal text, is_goal text, is_miss text, is_block text, danger_potential text
);
create table if not exists public.stage_dim_event_detail_2 (
  event_detail_2_id text primary key,
  event_detail_2_code text, event_detail_2_name text, event_type text, event_type_macro text, category text, description text,
  is_shot_on_goal text, is_goal text, is_miss text, is_block text, danger_potential text
);
create table if not exists public.stage_dim_play_detail (
  play_detail_id text primary key,
  play_detail_code text, play_detail_name text, play_category text, skill_level text, description text
);
create table if not exists public.stage_dim_play_detail_2 (
  play_detail_id text primary key,
  play_detail_code text, play_detail_name text, play_category text, skill_level text, description text
);
create table if not exists public.stage_dim_rinkboxcoord (
  box_id text primary key,
  box_id_rev text, x_min text, x_max text, y_min text, y_max text, area text, x_description text, y_description text,
  danger text, zone text, side text
);
create table if not exists public.stage_dim_rinkcoordzones (
  box_id text primary key,
  box_id_rev text, x_min text, x_max text, y_min text, y_max text, area text, x_description text, y_description text,
  danger text, slot text, zone text, side text, rink_coord_id text
);

-- A tracked game: its header (what the rows below cannot hold, as JSON), its events and its shifts.
create table if not exists public.stage_games_tracking (
  game_id text primary key,
  home_team text, away_team text, game_date text, saved_at text, source_version text, source_sha256 text,
  period_lengths text, rosters text, header text, created_at timestamptz not null default now()
);
-- Two shapes share the table: one row per event and player (Type, event_start_min ...), as workbooks have it, and one
-- row per event (type, start_time, players as JSON), as the web tracker writes it.
create table if not exists public.stage_events_tracking (
  id bigint generated by default as identity primary key,
  game_id text not null,
  tracking_event_index text, event_index integer, period integer,
  event_start_min text, event_start_sec text, event_end_min text, event_end_sec text,
  "Type" text, event_detail text, event_detail_2 text, event_successful text,
  player_game_number text, player_id text, player_role text, team_venue text, team_venue_abv text, role_abrev text,
  event_team_zone text, home_team_zone text, away_team_zone text, side_of_puck text,
  sequence_index text, play_index text, play_detail1 text, play_detail_2 text, play_detail_successful text,
  pressured_pressurer text, zone_change_index text, linked_event_index text, shift_index integer,
  home_team text, away_team text, duration text,
  event_player_1 text, event_player_2 text, event_player_3 text, event_player_4 text, event_player_5 text,
  event_player_6 text, opp_player_1 text, opp_player_2 text, opp_player_3 text, opp_player_4 text, opp_player_5 text,
  opp_player_6 text,
  type text, team text, start_time text, end_time text, zone text, success boolean, strength text,
  detail1 text, detail2 text, is_highlight boolean, video_url text, puck_xy text, net_xy text, players text,
  linked_event_idx integer,
  created_at timestamptz default now(), updated_at timestamptz default now()
);
create index if not exists stage_events_tracking_game_id_idx on public.stage_events_tracking (game_id);
create table if not exists public.stage_shifts_tracking (
  id bigint generated by default as identity primary key,
  game_id text not null,
  shift_index integer, "Period" text, shift_start_type text, shift_stop_type text,
  shift_start_min text, shift_start_sec text, shift_end_min text, shift_end_sec text, home_team text, away_team text,
  home_forward_1 text, home_forward_2 text, home_forward_3 text, home_defense_1 text, home_defense_2 text,
  home_goalie text, home_xtra text,
  away_forward_1 text, away_forward_2 text, away_forward_3 text, away_defense_1 text, away_defense_2 text,
  away_goalie text, away_xtra text, player_id text, situation text,
  period integer, start_time text, end_time text, start_type text, stop_type text, strength text,
  home_lineup text, away_lineup text,
  created_at timestamptz default now(), updated_at timestamptz default now()
);
create index if not exists stage_shifts_tracking_game_id_idx on public.stage_shifts_tracking (game_id);
create table if not exists public.tracker_videos (
  id text primary key default gen_random_uuid()::text,
  game_id text not null,
  video_url text, video_type text, video_id text, title text, description text, start_time text, end_time text,
  period integer, notes text, created_at timestamptz not null default now()
);
create index if not exists tracker_videos_game_id_idx on public.tracker_videos (game_id);
