-- One row per goalie and season with at least three games, lowest goals-against average first.
-- Saves, shots and save percentage (0-1) are sums over the season's tracked games; null where none was tracked.
-- needs: fact_goalie_season_stats_basic(player_id, player_name, team_id, team_name, season, season_id, game_type, games_played, gaa, goals_against, wins, losses, ties, win_pct, shutouts, shutout_pct)
-- needs: fact_goalie_game_stats(player_id, game_id, saves, shots_against)
-- needs: dim_schedule(game_id, season_id)
create view public.v_leaderboard_goalie_gaa with (security_invoker = true) as
select g.player_id, g.player_name, g.team_id, g.team_name, g.season, g.season_id, g.game_type, g.games_played, g.gaa,
  g.goals_against, g.wins, g.losses, g.ties, g.win_pct, g.shutouts, g.shutout_pct,
  tracked.shots_against, tracked.saves, tracked.saves::numeric / nullif(tracked.shots_against, 0) as save_pct,
  (rank() over (partition by g.season_id order by g.gaa))::integer as season_rank
from public.fact_goalie_season_stats_basic g
left join (select f.player_id, d.season_id, sum(f.saves)::integer as saves, sum(f.shots_against)::integer as shots_against
           from public.fact_goalie_game_stats f join public.dim_schedule d using (game_id)
           group by f.player_id, d.season_id) tracked using (player_id, season_id)
where g.game_type = 'All' and g.games_played >= 3
order by g.season_id desc, season_rank, g.player_name;
