-- One row per goalie in the current season with at least one game, ranked on four measures.
-- Saves, shots and save percentage (0-1) are sums over the season's tracked games; null where none was tracked.
-- needs: fact_goalie_season_stats_basic(player_id, player_name, team_name, season, season_id, game_type, games_played, wins, losses, ties, goals_against, gaa, shutouts, shutout_pct, win_pct)
-- needs: fact_goalie_game_stats(player_id, game_id, saves, shots_against)
-- needs: dim_schedule(game_id, season_id)
-- needs: dim_season(season_id, start_date)
create view public.v_rankings_goalies_current with (security_invoker = true) as
select g.player_id, g.player_name, g.team_name, g.season_id, g.games_played, g.wins, g.losses, g.ties, g.goals_against,
  g.gaa, g.shutouts, g.shutout_pct, g.win_pct,
  tracked.shots_against, tracked.saves, tracked.saves::numeric / nullif(tracked.shots_against, 0) as save_pct,
  (rank() over (order by g.wins desc))::integer as wins_rank,
  (rank() over (order by g.gaa))::integer as gaa_rank,
  (rank() over (order by g.win_pct desc nulls last))::integer as win_pct_rank,
  (rank() over (order by g.shutouts desc))::integer as shutout_rank
from public.fact_goalie_season_stats_basic g
left join (select f.player_id, d.season_id, sum(f.saves)::integer as saves, sum(f.shots_against)::integer as shots_against
           from public.fact_goalie_game_stats f join public.dim_schedule d using (game_id)
           group by f.player_id, d.season_id) tracked using (player_id, season_id)
where g.game_type = 'All' and g.games_played > 0 and g.season_id = (
  select f.season_id from public.fact_goalie_season_stats_basic f left join public.dim_season s using (season_id)
  where f.game_type = 'All' order by s.start_date desc nulls last, f.season_id desc limit 1)
order by wins_rank, g.player_name;
