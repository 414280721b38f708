-- One row per skater: totals over all seasons and game types.
-- needs: fact_player_career_stats_basic(player_id, player_name, game_type, current_team, position, seasons_played, career_games, career_goals, career_assists, career_points, career_pim, goals_per_game, assists_per_game, points_per_game, pim_per_game)
create view public.v_summary_player_career with (security_invoker = true) as
select c.player_id, c.player_name, c.current_team, c.position, c.seasons_played, c.career_games, c.career_goals,
  c.career_assists, c.career_points, c.career_pim, c.goals_per_game, c.assists_per_game, c.points_per_game, c.pim_per_game,
  c.career_goals >= 100 as century_goals, c.career_points >= 200 as bicentennial_points, c.career_games >= 100 as hundred_games
from public.fact_player_career_stats_basic c
where c.game_type = 'All'
order by c.career_points desc, c.player_name;
