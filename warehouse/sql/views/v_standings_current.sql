-- One row per team in the current season, best first. The current season is the one with the latest start date.
-- needs: fact_team_season_stats_basic(team_id, team_name, season, season_id, game_type, games_played, wins, losses, ties, points, goals_for, goals_against, goal_diff, goals_for_per_game, goals_against_per_game, win_pct)
-- needs: dim_season(season_id, start_date)
create view public.v_standings_current with (security_invoker = true) as
select t.team_id, t.team_name, t.season, t.season_id, t.game_type, t.games_played, t.wins, t.losses, t.ties, t.points,
  t.goals_for, t.goals_against, t.goal_diff, t.goals_for_per_game, t.goals_against_per_game, t.win_pct,
  (rank() over (order by t.points desc, t.wins desc, t.goal_diff desc))::integer as standing
from public.fact_team_season_stats_basic t
where t.game_type = 'All' and t.season_id = (
  select f.season_id from public.fact_team_season_stats_basic f left join public.dim_season s using (season_id)
  where f.game_type = 'All' order by s.start_date desc nulls last, f.season_id desc limit 1)
order by standing, t.team_name;
