-- One row per skater and season with at least one game, most goals first.
-- needs: fact_player_season_stats_basic(player_id, player_name, team_id, team_name, season, season_id, game_type, games_played, goals, goals_per_game)
create view public.v_leaderboard_goals with (security_invoker = true) as
select p.player_id, p.player_name, p.team_id, p.team_name, p.season, p.season_id, p.game_type, p.games_played, p.goals,
  p.goals_per_game, (rank() over (partition by p.season_id order by p.goals desc))::integer as season_rank
from public.fact_player_season_stats_basic p
where p.game_type = 'All' and p.games_played > 0
order by p.season_id desc, season_rank, p.player_name;
