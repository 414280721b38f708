-- Exactly one row: the current season, each skater counted once.
-- needs: fact_player_season_stats_basic(season_id, season, player_id, team_id, game_type, goals, assists, points, pim, goals_per_game, points_per_game)
-- needs: dim_schedule(season_id, home_total_goals, schedule_type)
-- needs: dim_season(season_id, start_date)
create view public.v_summary_league with (security_invoker = true) as
select c.season_id, max(p.season) as season, count(distinct p.player_id)::integer as total_players,
  count(distinct p.team_id)::integer as total_teams,
  (select count(*) from public.dim_schedule d where d.season_id = c.season_id and d.schedule_type = 'Past'
   and d.home_total_goals is not null)::integer as total_games,
  coalesce(sum(p.goals), 0)::integer as total_goals, coalesce(sum(p.assists), 0)::integer as total_assists,
  coalesce(sum(p.points), 0)::integer as total_points, coalesce(sum(p.pim), 0)::integer as total_pim,
  round(avg(p.goals_per_game), 2) as avg_goals_per_game, round(avg(p.points_per_game), 2) as avg_points_per_game,
  max(p.goals)::integer as max_goals, max(p.points)::integer as max_points
from (select (select f.season_id from public.fact_player_season_stats_basic f left join public.dim_season s using (season_id)
              where f.game_type = 'All' order by s.start_date desc nulls last, f.season_id desc limit 1) as season_id) c
left join public.fact_player_season_stats_basic p on p.season_id = c.season_id and p.game_type = 'All'
group by c.season_id;
