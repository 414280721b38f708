// Before a game: both teams' season so far, and how they met in it.

import { html } from "../vendor/htm-preact.js";
import { allRows, rows } from "../client.js";
import { Loaded, Table, day, signed, useLoad } from "../ui.js";

async function loadSoFar({ season_id: season, home_team_id: home, away_team_id: away }) {
  const both = `in.(${[home, away].map((id) => JSON.stringify(id)).join(",")})`;
  const [teams, met] = await Promise.all([rows("fact_team_season_stats_basic", { season_id: `eq.${season}`, game_type: "eq.All", team_id: both }),
    allRows("dim_schedule", { season_id: `eq.${season}`, home_team_id: both, away_team_id: both, home_total_goals: "not.is.null", sort: "date.desc" })]);
  return { teams: [home, away].map((id) => teams.find((t) => t.team_id === id)).filter(Boolean), met };
}

/** `game` as GET /api/games gives it; nothing where its season or a team is not known. */
export function SoFar({ game }) {
  const isKnown = game.season_id && game.home_team_id && game.away_team_id;
  const found = useLoad(() => (isKnown ? loadSoFar(game) : { teams: [], met: [] }), [game.game_id]);
  return html`<${Loaded} of=${found}>${({ teams, met }) => teams.length > 0 && html`<div class="columns halves"><section class="card"><h2>Season so far</h2><${Table} caption="Season so far" rows=${teams} columns=${[
      { name: "team_name", label: "Team", cell: (t) => html`<a href=${`#team/${t.team_id}/${game.season_id}`}>${t.team_name}</a>` },
      ...[["games_played", "GP"], ["wins", "W"], ["losses", "L"], ["ties", "T"], ["points", "P"], ["goals_for", "GF"], ["goals_against", "GA"]].map(([name, label]) => ({ name, label, numeric: true })),
      { name: "goal_diff", label: "+/−", numeric: true, cell: (t) => signed(t.goal_diff) }]} /></section>
    <section class="card"><h2>How they met</h2><${Table} caption="How they met" rows=${met} empty="They have not met this season." columns=${[{ name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` },
      { name: "home_team_name", label: "Home" }, { name: "score", label: "Score", kind: "short", cell: (g) => `${g.home_total_goals} – ${g.away_total_goals}` }, { name: "away_team_name", label: "Away" }]} /></section></div>`}<//>`;
}
