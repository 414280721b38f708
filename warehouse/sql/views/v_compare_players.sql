-- One row per skater and season, newest season first.
-- needs: fact_player_season_stats_basic(player_id, player_name, team_name, position, season_id, season, game_type, games_played, goals, assists, points, pim, goals_per_game, assists_per_game, points_per_game, pim_per_game)
-- needs: dim_season(season_id, start_date)
create view public.v_compare_players with (security_invoker = true) as
select p.player_id, p.player_name, p.team_name, p.position, p.season_id, p.season, p.games_played, p.goals, p.assists,
  p.points, p.pim, p.goals_per_game, p.assists_per_game, p.points_per_game, p.pim_per_game
from public.fact_player_season_stats_basic p left join public.dim_season s using (season_id)
where p.game_type = 'All'
order by s.start_date desc nulls last, p.season_id desc, p.player_name;
