// The season: standings, leaders, odds of the playoffs.

import { html, useState } from "../vendor/htm-preact.js";
import { allRows, get, post, rows, trainedModels } from "../client.js";
import { RulesInShort } from "../parts/rules.js";
import { Failure, Loaded, Table, number, percent, seasonName, signed, useLoad } from "../ui.js";

const TYPES = ["All", "Regular", "Playoffs"];

async function seasons() {
  const [found, regular] = await Promise.all([rows("dim_season", { sort: "start_date.desc" }), allRows("fact_team_season_stats_basic", { game_type: "eq.Regular", select: "season_id" })]);
  const withRegular = new Set(regular.map((t) => t.season_id));
  return found.map((s) => ({ id: s.season_id, hasRegular: withRegular.has(s.season_id), label: [seasonName(s.season, s.session), s.league].filter(Boolean).join(", ") }));
}

export default function Season() {
  const all = useLoad(seasons, []);
  const [chosen, setChosen] = useState(null);
  const [chosenType, setType] = useState(null);
  return html`<h1>Season</h1><${Loaded} of=${all}>${(found) => {
    const season = chosen ?? found[0]?.id;
    if (!season) return html`<p class="notice">No season is published yet. <a href="#run">Run the ETL</a>.</p>`;
    const type = chosenType ?? (found.find((s) => s.id === season).hasRegular ? "Regular" : "All"); // playoff games would count in the standings
    return html`<div class="toolbar"><label class="field">Season<select value=${season} onChange=${(e) => setChosen(e.target.value)}>${found.map((s) => html`<option value=${s.id}>${s.label}</option>`)}</select></label>
      <label class="field">Games<select value=${type} onChange=${(e) => setType(e.target.value)}>${TYPES.map((t) => html`<option value=${t} selected=${t === type}>${t}</option>`)}</select></label></div>
      <${Standings} season=${season} type=${type} isCurrent=${season === found[0].id} /><${Leaders} season=${season} type=${type} />`;
  }}<//>`;
}

/**
 * Each team's probability of reaching the playoffs, as `{isToday, byTeam}` with teams by id; with `isToday` they are 1 or 0,
 * as the table stands. Null where no model is trained, or the published baseline takes all teams for alike.
 */
async function playoffOdds(season) {
  const models = (await trainedModels()) ? await get("/api/ml/models") : [];
  const model = models.find((m) => m.name === "playoff_probability");
  const isToday = model?.method === "standings_today";
  if (!model || (model.is_baseline && !isToday)) return null;
  const teams = await rows("fact_team_season_stats_basic", { season_id: `eq.${season}`, game_type: "eq.All" });
  if (!teams.length) return null;
  const requests = teams.map((t) => ({ model: "playoff_probability", features: { team_id: t.team_id } }));
  const answer = await post("/api/ml/predict/batch", { requests });
  return { isToday, byTeam: Object.fromEntries(teams.map((t, i) => [t.team_id, answer.predictions[i].prediction?.prediction])) };
}

const IN_OR_OUT = { 1: "in", 0: "out" };

function oddsColumn({ isToday, byTeam }) {
  return isToday ? { name: "odds", label: "Playoffs today", title: "as the table stands today; these are not odds", cell: (t) => IN_OR_OUT[byTeam[t.team_id]] ?? "–" }
    : { name: "odds", label: "Playoffs", numeric: true, title: "chance to reach the playoffs", cell: (t) => percent(byTeam[t.team_id]) };
}

function Standings({ season, type, isCurrent }) {
  const table = useLoad(() => rows("fact_team_season_stats_basic", { season_id: `eq.${season}`, game_type: `eq.${type}`, sort: "points.desc,wins.desc,goal_diff.desc" }), [season, type]);
  const odds = useLoad(() => (isCurrent ? playoffOdds(season) : null), [season]);
  return html`<section class="card"><h2>Standings</h2><${Loaded} of=${table}>${(teams) => html`<${Table} caption="Standings" rows=${teams} empty="No such game has been played yet." columns=${[
    { name: "team_name", label: "Team", kind: "short", cell: (t) => html`<span class="place">${teams.indexOf(t) + 1}</span><a href=${`#team/${t.team_id}/${season}`}>${t.team_name}</a>` },
    ...[["games_played", "GP"], ["wins", "W"], ["losses", "L"], ["ties", "T"], ["points", "P"], ["goals_for", "GF"], ["goals_against", "GA"]].map(([name, label]) => ({ name, label, numeric: true })),
    { name: "goal_diff", label: "+/−", numeric: true, cell: (t) => signed(t.goal_diff) },
    ...(odds.data ? [oddsColumn(odds.data)] : [])]} />
    ${odds.data?.isToday && html`<p class="quiet">“Playoffs today” is how the table stands, not odds: <a href="#predictions/models">no forecast has beaten it</a> in this league yet.</p>`}
    <${RulesInShort} />
    ${odds.error && html`<${Failure} error=${odds.error} retry=${odds.reload} />`}`}<//></section>`;
}

const SKATERS = [["points", "Points"], ["goals", "Goals"], ["assists", "Assists"]];

function Leaders({ season, type }) {
  const query = { season_id: `eq.${season}`, game_type: `eq.${type}`, limit: 10 };
  const table = useLoad(async () => {
    const skaters = await Promise.all(SKATERS.map(([name]) => rows("fact_player_season_stats_basic", { ...query, sort: `${name}.desc,games_played` })));
    const goalies = await rows("fact_goalie_season_stats_basic", { ...query, games_played: "gte.2", sort: "gaa" });
    return { skaters, goalies };
  }, [season, type]);
  const who = { name: "player_name", label: "Player", cell: (p) => html`<a href=${`#player/${p.player_id}`}>${p.player_name}</a> <span class="quiet">${p.team_name}</span>` };
  const played = { name: "games_played", label: "GP", numeric: true };
  return html`<${Loaded} of=${table}>${({ skaters, goalies }) => html`<div class="columns halves">
    ${SKATERS.map(([name, label], i) => html`<section class="card"><h2>${label}</h2><${Table} caption=${`Leaders in ${label}`} empty="Nobody yet." rows=${skaters[i]} columns=${[who, played, { name, label, numeric: true, cell: (p) => html`<strong>${p[name]}</strong>` }]} /></section>`)}
    <section class="card"><h2>Goalies</h2><${Table} caption="Leaders among goalies" empty="Nobody yet." rows=${goalies} columns=${[who, played, { name: "wins", label: "W", numeric: true }, { name: "gaa", label: "GAA", numeric: true, title: "goals against per game", cell: (g) => html`<strong>${number(g.gaa, 2)}</strong>` }]} /></section>
  </div>`}<//>`;
}
