-- One row per goalie and tracked game, with the opponent and the result of the goalie's team.
-- gaa is the goals allowed in the game. A loss in overtime or a shootout is an ot_loss, not a loss.
-- needs: fact_goalie_game_stats(player_id, player_name, team_name, team_id, game_id, saves, goals_against, shots_against, save_pct)
-- needs: dim_schedule(game_id, date, home_team_id, away_team_id, home_team_name, away_team_name, home_total_goals, away_total_goals, last_period_type, home_team_periodOT_goals, away_team_periodOT_goals)
create view public.v_detail_goalie_games with (security_invoker = true) as
select g.player_id, g.player_name, g.team_name, g.game_id, g.date, g.opponent_team_name, g.saves, g.goals_against,
  g.shots_against, g.save_pct, g.goals_against::numeric as gaa, g.own > g.other as win,
  g.own < g.other and not g.past_regulation as loss, g.own < g.other and g.past_regulation as ot_loss
from (select f.player_id, f.player_name, f.team_name, f.game_id, f.saves, f.goals_against, f.shots_against, f.save_pct, d.date,
        case when f.team_id = d.home_team_id then d.away_team_name else d.home_team_name end as opponent_team_name,
        case when f.team_id = d.home_team_id then d.home_total_goals else d.away_total_goals end as own,
        case when f.team_id = d.home_team_id then d.away_total_goals else d.home_total_goals end as other,
        coalesce(d.last_period_type in ('Overtime', 'Shootout'), false)
          or coalesce(d."home_team_periodOT_goals", 0) + coalesce(d."away_team_periodOT_goals", 0) > 0 as past_regulation
      from public.fact_goalie_game_stats f join public.dim_schedule d using (game_id)) g
order by g.date desc, g.game_id desc, g.player_id;
