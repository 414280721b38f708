-- One row per goalie and season with at least one game, most wins first.
-- needs: fact_goalie_season_stats_basic(player_id, player_name, team_id, team_name, season, season_id, game_type, games_played, wins, losses, ties, win_pct, gaa, goals_against)
create view public.v_leaderboard_goalie_wins with (security_invoker = true) as
select g.player_id, g.player_name, g.team_id, g.team_name, g.season, g.season_id, g.game_type, g.games_played, g.wins,
  g.losses, g.ties, g.win_pct, g.gaa, g.goals_against, g.season_rank, g.season_rank as wins_rank
from (select s.*, (rank() over (partition by s.season_id order by s.wins desc))::integer as season_rank
      from public.fact_goalie_season_stats_basic s where s.game_type = 'All' and s.games_played > 0) g
order by g.season_id desc, g.season_rank, g.player_name;
