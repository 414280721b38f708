-- The ten best skaters over their last five tracked games (at least two), by points, then mean game score.
-- needs: fact_player_game_stats(player_id, player_name, team_name, game_id, goals, assists, points, game_score)
-- needs: dim_schedule(game_id, date, include)
create view public.v_recent_hot_players with (security_invoker = true) as
select r.player_id, max(r.player_name) as player_name, (array_agg(r.team_name order by r.n))[1] as team_name,
  count(*)::integer as recent_games, sum(r.goals)::integer as recent_goals, sum(r.assists)::integer as recent_assists,
  sum(r.points)::integer as recent_points, round(avg(r.points), 2) as avg_points, round(avg(r.game_score), 2) as avg_game_score
from (select p.player_id, p.player_name, p.team_name, p.goals, p.assists, p.points, p.game_score,
        row_number() over (partition by p.player_id order by d.date desc, p.game_id desc) as n
      from public.fact_player_game_stats p join public.dim_schedule d using (game_id)
      where d.include is not false) r
where r.n <= 5
group by r.player_id
having count(*) >= 2
order by recent_points desc, avg_game_score desc nulls last, player_name
limit 10;
