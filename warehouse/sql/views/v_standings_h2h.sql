-- One row per ordered pair (home team, visiting team) over all played games; a pair that met in both rinks has two rows.
-- needs: dim_schedule(home_team_name, away_team_name, home_total_goals, away_total_goals, include, schedule_type)
create view public.v_standings_h2h with (security_invoker = true) as
select d.home_team_name as team1, d.away_team_name as team2, count(*)::integer as games_played,
  count(*) filter (where d.home_total_goals > d.away_total_goals)::integer as team1_wins,
  count(*) filter (where d.home_total_goals < d.away_total_goals)::integer as team2_wins,
  count(*) filter (where d.home_total_goals = d.away_total_goals)::integer as ties,
  sum(d.home_total_goals)::integer as team1_goals, sum(d.away_total_goals)::integer as team2_goals
from public.dim_schedule d
where d.schedule_type = 'Past' and d.include is not false
  and d.home_total_goals is not null and d.away_total_goals is not null
group by d.home_team_name, d.away_team_name;
