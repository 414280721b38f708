-- One row per goalie: totals over all seasons and game types; the save percentage (0-1) is over tracked games.
-- needs: fact_goalie_career_stats_basic(player_id, player_name, game_type, current_team, seasons_played, career_games, career_wins, career_losses, career_ties, career_goals_against, career_gaa, career_shutouts, career_win_pct, career_shutout_pct)
-- needs: fact_goalie_game_stats(player_id, saves, shots_against)
create view public.v_summary_goalie_career with (security_invoker = true) as
select c.player_id, c.player_name, c.current_team, c.seasons_played, c.career_games, c.career_wins, c.career_losses,
  c.career_ties, c.career_goals_against, c.career_gaa, c.career_shutouts, c.career_win_pct, c.career_shutout_pct,
  (select sum(f.saves)::numeric / nullif(sum(f.shots_against), 0) from public.fact_goalie_game_stats f
   where f.player_id = c.player_id) as career_save_pct,
  c.career_games as total_games, c.career_wins as total_wins, c.career_losses as total_losses,
  c.career_shutouts as total_shutouts, c.career_wins >= 50 as fifty_wins, c.career_shutouts >= 10 as ten_shutouts
from public.fact_goalie_career_stats_basic c
where c.game_type = 'All'
order by c.career_wins desc, c.player_name;
