-- One row per skater in the current season with at least one game, ranked on four measures.
-- needs: fact_player_season_stats_basic(player_id, player_name, team_id, team_name, position, season, season_id, game_type, games_played, goals, assists, points, pim, points_per_game, goals_per_game)
-- needs: dim_season(season_id, start_date)
create view public.v_rankings_players_current with (security_invoker = true) as
select p.player_id, p.player_name, p.team_id, p.team_name, p.position, p.season_id, p.games_played, p.goals, p.assists,
  p.points, p.pim, p.points_per_game, p.goals_per_game,
  (rank() over (order by p.points desc))::integer as points_rank,
  (rank() over (order by p.goals desc))::integer as goals_rank,
  (rank() over (order by p.assists desc))::integer as assists_rank,
  (rank() over (order by p.points_per_game desc nulls last))::integer as ppg_rank
from public.fact_player_season_stats_basic p
where p.game_type = 'All' and p.games_played > 0 and p.season_id = (
  select f.season_id from public.fact_player_season_stats_basic f left join public.dim_season s using (season_id)
  where f.game_type = 'All' order by s.start_date desc nulls last, f.season_id desc limit 1)
order by points_rank, p.player_name;
