-- One row per team and season with sums over its skaters; newest season first, then wins.
-- needs: fact_team_season_stats_basic(team_id, team_name, season_id, season, game_type, games_played, wins, losses, ties, points, win_pct, goals_for, goals_against, goal_diff, goals_for_per_game, goals_against_per_game)
-- needs: fact_player_season_stats_basic(team_id, season_id, game_type, player_id, goals, assists, points)
-- needs: dim_season(season_id, start_date)
create view public.v_summary_team_season with (security_invoker = true) as
select t.team_id, t.team_name, t.season_id, t.season, t.games_played, t.wins, t.losses, t.ties, t.points, t.win_pct,
  t.goals_for, t.goals_against, t.goal_diff, t.goals_for_per_game, t.goals_against_per_game,
  coalesce(p.roster_size, 0)::integer as roster_size, coalesce(p.goals, 0)::integer as team_total_goals,
  coalesce(p.assists, 0)::integer as team_total_assists, p.best::integer as top_scorer_points
from public.fact_team_season_stats_basic t
left join public.dim_season s using (season_id)
left join (select team_id, season_id, count(distinct player_id) as roster_size, sum(goals) as goals,
             sum(assists) as assists, max(points) as best
           from public.fact_player_season_stats_basic where game_type = 'All' group by team_id, season_id) p
  on p.team_id = t.team_id and p.season_id = t.season_id
where t.game_type = 'All'
order by s.start_date desc nulls last, t.season_id desc, t.wins desc, t.team_name;
