// One game: score, goals, shots, who was on the ice, and what is doubtful about it.

import { html } from "../vendor/htm-preact.js";
import { allRows, get, rows } from "../client.js";
import { GameForecast } from "../parts/forecast.js";
import { Rink } from "../parts/rink.js";
import { ShiftChart } from "../parts/shiftchart.js";
import { Badge, Loaded, Table, clock, day, number, text, useLoad } from "../ui.js";

const orNone = (promise) => promise.catch(() => []);

async function loadGame(id) {
  const only = { game_id: `eq.${id}` };
  const [game, schedule, goals, flags, accuracy, teams, players, goalies, penalties, located, shifts, onIce] = await Promise.all([
    get(`/api/games/${id}`), orNone(rows("dim_schedule", only)), orNone(rows("fact_goals", { ...only, sort: "game_seconds" })), orNone(rows("qa_input_flags", only)),
    orNone(rows("qa_goal_accuracy", only)), orNone(rows("fact_team_game_stats", only)), orNone(rows("fact_player_game_stats", { ...only, sort: "toi_seconds.desc" })),
    orNone(rows("fact_goalie_game_stats", only)), orNone(rows("fact_penalties", only)), orNone(allRows("fact_shot_xy", only)),
    orNone(allRows("fact_shifts", { ...only, sort: "shift_index" })), orNone(allRows("fact_shift_players", only)),
  ]);
  return { game, line: schedule[0], goals, flags, accuracy: accuracy[0], teams, players, goalies, penalties, located, shifts, onIce };
}

export default function Game({ rest }) {
  const [id] = rest;
  const loaded = useLoad(() => loadGame(Number(id)), [id]);
  return html`<${Loaded} of=${loaded}>${(data) => html`<${Sheet} ...${data} />`}<//>`;
}

function Sheet({ game, line, goals, flags, accuracy, teams, players, goalies, penalties, located, shifts, onIce }) {
  const isPlayed = game.home_goals !== null && game.home_goals !== undefined;
  const side = (row) => row.team_venue;
  const home = teams.find((t) => side(t) === "home");
  const away = teams.find((t) => side(t) === "away");
  return html`<p><a href="#games">Games</a></p>
    <h1>${game.home_team} – ${game.away_team}</h1>
    <p class="score">${isPlayed && html`<strong>${game.home_goals} : ${game.away_goals}</strong>`}<span class="quiet">${day(game.date)} ${game.game_time ?? ""} · ${game.game_type ?? ""} · game ${game.game_id}</span>
      <${Badge}>${!isPlayed ? "not played yet" : game.tracking.status === "None" ? "not tracked" : game.tracking.status}<//></p>
    ${accuracy && !accuracy.is_match && html`<p class="notice bad">Tracked goals ${accuracy.tracked_home_goals}:${accuracy.tracked_away_goals} differ from the official score ${accuracy.official_home_goals}:${accuracy.official_away_goals}. Compare the goals below with the game sheet; the flags say what was doubtful.</p>`}
    ${isPlayed ? null : html`<${GameForecast} gameId=${game.game_id} />`}
    ${isPlayed && line && html`<section class="card"><h2>Score by period</h2><${Table} caption="Score by period" rows=${["home", "away"]} columns=${[
      { name: "team", label: "Team", cell: (s) => line[`${s}_team_name`] ?? game[`${s}_team`] },
      ...["1", "2", "3", "OT"].map((p) => ({ name: p, label: p, numeric: true, cell: (s) => text(line[`${s}_team_period${p}_goals`] ?? null) })),
      { name: "t", label: "Total", numeric: true, cell: (s) => html`<strong>${text(game[`${s}_goals`])}</strong>` }]} /></section>`}
    ${isPlayed && game.tracking.status === "None" && html`<p class="notice">Nobody tracked this game, so there is only the official score.</p>`}
    ${home && away && html`<div class="columns">
      <section class="card"><h2>Teams</h2><${Teams} home=${home} away=${away} /></section>
      <section class="card"><h2>Goals</h2><${Table} caption="Goals" rows=${goals} empty="No tracked goal." columns=${[
        { name: "p", label: "Period", cell: (g) => `${g.period}. ${clock(g.time_start_total_seconds)}` }, { name: "team_name", label: "Team" },
        { name: "who", label: "Scorer (assists)", cell: (g) => html`<strong>${g.scorer_name ?? "?"}</strong> ${[g.primary_assist_name, g.secondary_assist_name].filter(Boolean).join(", ") && html`<span class="quiet">(${[g.primary_assist_name, g.secondary_assist_name].filter(Boolean).join(", ")})</span>`}` },
        { name: "score", label: "Score", cell: (g) => `${g.home_score}:${g.away_score}` }, { name: "strength", label: "On ice" }]} />
        ${penalties.length > 0 && html`<h3>Penalties</h3><ul>${penalties.map((p) => html`<li>${p.period}. ${clock(p.time_start_total_seconds)} ${p.player_name ?? "?"} (${p.team_name}): ${p.penalty_type ?? p.infraction ?? p.event_detail ?? "penalty"}</li>`)}</ul>`}</section></div>
    <section class="card"><h2>Shots</h2>${located.length ? html`<${ShotMap} shots=${located} game=${game} home=${home} players=${players} />` : html`<p class="quiet">No shot of this game has a place on the rink: its tracker marked none.</p>`}</section>
    <section class="card"><h2>Who was on the ice</h2><${ShiftChart} shifts=${shifts} onIce=${onIce} names=${Object.fromEntries([...players, ...goalies].map((p) => [p.player_id, p.player_name]))} goals=${goals} /></section>
    <section class="card"><h2>Skaters</h2><${Table} caption="Skaters" rows=${players} columns=${[
      { name: "player_name", label: "Player", cell: (p) => html`<a href=${`#player/${p.player_id}`}>${p.player_name}</a>` }, { name: "team_name", label: "Team" },
      ...["goals", "assists", "points", "sog", "plus_minus"].map((name) => ({ name, label: { sog: "Shots", plus_minus: "+/−" }[name] ?? name, numeric: true })),
      { name: "xg_for", label: "xG", numeric: true, title: "expected goals", cell: (p) => number(p.xg_for, 2) },
      { name: "cf_pct", label: "CF %", numeric: true, title: "share of shot attempts while on the ice", cell: (p) => number(p.cf_pct, 0) }, { name: "toi", label: "Ice time", numeric: true, cell: (p) => clock(p.toi_seconds) }]} />
      <h3>Goalies</h3><${Table} caption="Goalies" rows=${goalies} columns=${[{ name: "player_name", label: "Goalie" }, { name: "team_name", label: "Team" }, { name: "saves", label: "Saves", numeric: true },
        { name: "goals_against", label: "Against", numeric: true }, { name: "save_pct", label: "Save %", numeric: true, cell: (g) => number(g.save_pct === null ? null : g.save_pct * 100, 1) }, { name: "toi", label: "Ice time", numeric: true, cell: (g) => clock(g.toi_seconds) }]} /></section>`}
    <section class="card"><h2>Flags</h2><${Table} caption="Flags" rows=${flags} empty="Nothing is doubtful about this game." columns=${[{ name: "flag", label: "Flag" }, { name: "message", label: "What it means" }, { name: "occurrences", label: "Times", numeric: true }, { name: "source_path", label: "Where from" }]} /></section>`;
}

const LINES = [["goals", "Goals"], ["sog", "Shots on goal"], ["corsi_for", "Shot attempts"], ["xg_for", "Expected goals"], ["fo_wins", "Faceoffs won"], ["zone_entries", "Zone entries"], ["giveaways", "Giveaways"], ["takeaways", "Takeaways"], ["pim", "Penalty minutes"]];
const Teams = ({ home, away }) => html`<${Table} caption="Teams compared" rows=${LINES.filter(([name]) => home[name] !== undefined)} columns=${[
  { name: "what", label: "", cell: ([, label]) => label }, { name: "h", label: home.team_name, numeric: true, cell: ([name]) => text(home[name]) }, { name: "a", label: away.team_name, numeric: true, cell: ([name]) => text(away[name]) }]} />`;

/** Home attacks to the right, whatever end it really shot at. */
function ShotMap({ shots, game, home, players }) {
  const homeIds = new Set(players.filter((p) => p.team_id === home.team_id).map((p) => p.player_id));
  const drawn = shots.filter((s) => s.x_coord !== null).map((s) => {
    const isHome = s.team_venue ? s.team_venue === "home" : homeIds.has(s.player_id);
    const turn = isHome ? 1 : -1;
    const towards = s.x_coord < 0 ? -1 : 1;
    return { x: turn * towards * s.x_coord, y: turn * towards * s.y_coord, side: isHome ? "home" : "away", isGoal: s.is_goal, label: `${s.player_name ?? "?"}, period ${s.period}${s.xg === null || s.xg === undefined ? "" : `, xG ${number(s.xg, 2)}`}${s.is_goal ? ", goal" : ""}` };
  });
  const count = (side) => `${drawn.filter((s) => s.side === side).length} shots, ${drawn.filter((s) => s.side === side && s.isGoal).length} goals`;
  return html`<${Rink} title=${`Shots: ${game.home_team} ${count("home")}; ${game.away_team} ${count("away")}`} shots=${drawn} />
    <p class="legend"><span><i class="i-home"></i>${game.home_team}, attacking right: ${count("home")}</span><span><i class="i-away"></i>${game.away_team}, attacking left: ${count("away")}</span><span>ringed: goal</span></p>`;
}
