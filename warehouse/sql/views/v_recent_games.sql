-- The 20 latest played games, newest first.
-- needs: dim_schedule(game_id, date, season, home_team_name, away_team_name, home_total_goals, away_total_goals, include, schedule_type)
create view public.v_recent_games with (security_invoker = true) as
select d.game_id, d.date, d.season, d.home_team_name, d.away_team_name, d.home_total_goals, d.away_total_goals,
  d.home_total_goals as home_score, d.away_total_goals as away_score,
  d.home_total_goals || '-' || d.away_total_goals as score,
  case when d.home_total_goals > d.away_total_goals then d.home_team_name
       when d.home_total_goals < d.away_total_goals then d.away_team_name else 'Tie' end as winner,
  abs(d.home_total_goals - d.away_total_goals) as goal_diff
from public.dim_schedule d
where d.schedule_type = 'Past' and d.include is not false
  and d.home_total_goals is not null and d.away_total_goals is not null
order by d.date desc, d.game_id desc
limit 20;
