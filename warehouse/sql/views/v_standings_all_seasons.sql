-- One row per team and season, newest season first, best team first.
-- needs: fact_team_season_stats_basic(team_id, team_name, season, season_id, game_type, games_played, wins, losses, ties, points, goals_for, goals_against, goal_diff, win_pct)
-- needs: dim_season(season_id, start_date)
create view public.v_standings_all_seasons with (security_invoker = true) as
select t.team_id, t.team_name, t.season, t.season_id, t.game_type, t.games_played, t.wins, t.losses, t.ties, t.points,
  t.goals_for, t.goals_against, t.goal_diff, t.win_pct,
  (rank() over (partition by t.season_id order by t.points desc, t.wins desc, t.goal_diff desc))::integer as standing
from public.fact_team_season_stats_basic t left join public.dim_season s using (season_id)
where t.game_type = 'All'
order by s.start_date desc nulls last, t.season_id desc, standing, t.team_name;
