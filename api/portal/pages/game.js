// One game: score, goals, shots, who was on the ice, and what is doubtful about it.

import { html } from "../vendor/htm-preact.js";
import { allRows, get, rows } from "../client.js";
import { GameForecast } from "../parts/forecast.js";
import { Rink } from "../parts/rink.js";
import { SoFar } from "../parts/sofar.js";
import { ShiftChart } from "../parts/shiftchart.js";
import { Badge, Loaded, Table, Trail, clock, day, number, signed, text, useLoad } from "../ui.js";

const orNone = (promise) => promise.catch(() => []);
const SHOT = "shot_id,team_id,team_venue,player_id,player_name,period,is_goal,x_coord,y_coord,xg";
const SHIFT = "shift_id,shift_index,shift_duration";
const ON_ICE = "shift_id,player_id,team_venue,is_goalie";
const SKATER = "player_id,player_name,team_id,team_name,team_venue,goals,assists,points,sog,plus_minus,xg_for,cf_pct,toi_seconds";

async function loadGame(id) {
  const only = { game_id: `eq.${id}` };
  const [game, schedule, goals, flags, accuracy, teams, players, goalies, penalties, located, shifts, onIce] = await Promise.all([
    get(`/api/games/${id}`), orNone(rows("dim_schedule", only)), orNone(rows("fact_goals", { ...only, sort: "game_seconds" })), orNone(rows("qa_input_flags", only)),
    orNone(rows("qa_goal_accuracy", only)), orNone(rows("fact_team_game_stats", only)), orNone(rows("fact_player_game_stats", { ...only, sort: "toi_seconds.desc", select: SKATER })),
    orNone(rows("fact_goalie_game_stats", only)), orNone(rows("fact_penalties", { ...only, sort: "game_seconds" })), orNone(allRows("fact_shot_xy", { ...only, select: SHOT })),
    orNone(allRows("fact_shifts", { ...only, sort: "shift_index", select: SHIFT })), orNone(allRows("fact_shift_players", { ...only, select: ON_ICE })),
  ]);
  return { game, line: schedule[0], goals, flags, accuracy: accuracy[0], teams, players, goalies, penalties, located, shifts, onIce };
}

export default function Game({ rest }) {
  const [id] = rest;
  const loaded = useLoad(() => loadGame(encodeURIComponent(id)), [id]);
  return html`<${Trail} href="#games">Games<//><${Loaded} of=${loaded} title=${`Game ${id}`}>${(data) => html`<${Sheet} ...${data} />`}<//>`;
}

const minute = (row) => `${row.period}. ${clock(row.time_start_total_seconds)}`;
const kindOfPenalty = (p) => (p.infraction ?? p.penalty_type ?? "penalty").replace(/^Penalty_/, "").replaceAll("_", " ").toLowerCase();

function Sheet({ game, line, goals, flags, accuracy, teams, players, goalies, penalties, located, shifts, onIce }) {
  const isTracked = !["None", "Template"].includes(game.tracking.status);
  const score = scoreOf(game, accuracy);
  const isPlayed = score !== null || isTracked;
  const [home, away] = ["home", "away"].map((side) => teams.find((t) => t.team_venue === side));
  return html`<${Head} game=${game} score=${score} isPlayed=${isPlayed} isTracked=${isTracked} />
    ${score?.isTracked && html`<p class="notice">There is no official score: this one was tracked. A score entered under <a href="#games">Games</a>, or in the league's workbook, counts instead.</p>`}
    ${accuracy?.is_match === false && html`<p class="notice bad">Tracked goals ${accuracy.tracked_home_goals}:${accuracy.tracked_away_goals} differ from the official score ${accuracy.official_home_goals}:${accuracy.official_away_goals}. Compare the goals below with the game sheet; the flags say what was doubtful. A wrong score is corrected under <a href="#games">Games</a>, wrong tracking in the tracker.</p>`}
    ${!isPlayed && html`<${GameForecast} gameId=${game.game_id} /><${SoFar} game=${game} />`}
    ${score && !score.isTracked && line && html`<${Periods} game=${game} line=${line} />`}
    ${isPlayed && !isTracked && html`<p class="notice">Nobody tracked this game, so there is only the official score.</p>`}
    ${home && away && html`<div class="columns halves">
      <section class="card"><h2>Goals</h2><${Table} caption="Goals" rows=${goals} empty="No tracked goal." columns=${[
        { name: "p", label: "Period", kind: "short", cell: minute }, { name: "score", label: "Score", kind: "short", cell: (g) => html`<strong>${g.home_score}:${g.away_score}</strong>` },
        { name: "who", label: "Scorer (assists)", cell: (g) => html`<strong>${g.scorer_name ?? "?"}</strong> ${[g.primary_assist_name, g.secondary_assist_name].filter(Boolean).join(", ") && html`<span class="quiet">(${[g.primary_assist_name, g.secondary_assist_name].filter(Boolean).join(", ")})</span>`}<br /><span class="quiet">${g.team_name}</span>` },
        { name: "strength", label: "On ice" }]} />
        ${penalties.length > 0 && html`<h3>Penalties</h3><${Table} caption="Penalties" rows=${penalties} columns=${[{ name: "p", label: "Period", kind: "short", cell: minute }, { name: "who", label: "Player", cell: (p) => html`${p.player_name ?? "?"}<br /><span class="quiet">${p.team_name}</span>` },
          { name: "what", label: "For", cell: kindOfPenalty }, { name: "penalty_minutes", label: "Minutes", numeric: true }]} />`}</section>
      <section class="card"><h2>Teams</h2><${Teams} home=${home} away=${away} /></section></div>
    <section class="card"><h2>Shots</h2>${located.length ? html`<${ShotMap} shots=${located} game=${game} />` : html`<p class="quiet">No shot of this game has a place on the rink: its tracker marked none.</p>`}</section>
    <section class="card"><h2>Who was on the ice</h2><${ShiftChart} shifts=${shifts} onIce=${onIce} names=${Object.fromEntries([...players, ...goalies].map((p) => [p.player_id, p.player_name]))} goals=${goals} /></section>
    <section class="card"><h2>Skaters</h2><p class="legend start"><span><i class="i-home"></i>${game.home_team}</span><span><i class="i-away"></i>${game.away_team}</span></p><${Skaters} players=${players} /><h3>Goalies</h3><${Goalies} goalies=${goalies} /></section>`}
    ${(isPlayed || flags.length > 0) && html`<section class="card"><h2>Flags</h2><p class="quiet">What the run found odd in the files of this game, and what it did about it.</p><${Table} caption="Flags" rows=${flags} empty="Nothing is doubtful about this game." columns=${[{ name: "message", label: "What was found" }, { name: "flag", label: "Flag", kind: "short", cell: (f) => f.flag.replaceAll("_", " ") }, { name: "occurrences", label: "Times", numeric: true },
      { name: "where", label: "Where", kind: "short", cell: (f) => (f.event_index !== null ? `event ${f.event_index}` : f.shift_index !== null ? `shift ${f.shift_index}` : "–") }, { name: "source_path", label: "In the file" }]} /></section>`}`;
}

/** The official score, else the tracked one, else null. */
function scoreOf(game, accuracy) {
  if (game.home_goals !== null) return { home: game.home_goals, away: game.away_goals };
  return accuracy ? { home: accuracy.tracked_home_goals, away: accuracy.tracked_away_goals, isTracked: true } : null;
}

function Head({ game, score, isPlayed, isTracked }) {
  const badge = !isPlayed ? ["", "not played yet"] : !isTracked ? ["", "not tracked"] : game.tracking.status === "Complete" ? ["good", "tracked"] : ["busy", game.tracking.status];
  return html`<div class="scoreboard"><h1><span class="home">${game.home_team}</span> <strong>${score ? `${score.home} : ${score.away}` : "–"}</strong> <span class="away">${game.away_team}</span></h1>
    <p class="quiet">${[`${day(game.date)} ${game.game_time ?? ""}`.trim(), game.game_type, game.venue, `game ${game.game_id}`].filter(Boolean).join(" · ")} <${Badge} tone=${badge[0]}>${badge[1]}<//></p></div>`;
}

function Periods({ game, line }) {
  const goalsOf = (side, period) => line[`${side}_team_period${period}_goals`] ?? null;
  const periods = ["1", "2", "3", "OT"].filter((p) => p !== "OT" || goalsOf("home", p) || goalsOf("away", p) || line.last_period_type === "Overtime");
  return html`<section class="card"><h2>Score by period</h2><${Table} caption="Score by period" rows=${["home", "away"]} columns=${[
    { name: "team", label: "Team", cell: (s) => line[`${s}_team_name`] ?? game[`${s}_team`] },
    ...periods.map((p) => ({ name: p, label: p, numeric: true, cell: (s) => text(goalsOf(s, p)) })),
    { name: "t", label: "Total", numeric: true, cell: (s) => html`<strong>${text(game[`${s}_goals`])}</strong>` }]} /></section>`;
}

/** A player's link with the colour of their team, whose name is there for those who do not see it. */
const ofTeam = (p) => html`<i class=${`dot i-${p.team_venue}`} title=${p.team_name}></i><span class="hidden">${p.team_name}: </span><a href=${`#player/${p.player_id}`}>${p.player_name}</a>`;

const Skaters = ({ players }) => html`<${Table} caption="Skaters" rows=${players} columns=${[
  { name: "player_name", label: "Player", cell: ofTeam },
  ...[["goals", "G"], ["assists", "A"], ["points", "P"], ["sog", "Shots"]].map(([name, label]) => ({ name, label, numeric: true })),
  { name: "plus_minus", label: "+/−", numeric: true, title: "goals for minus goals against while on the ice, power plays aside", cell: (p) => signed(p.plus_minus) },
  { name: "xg_for", label: "xG", numeric: true, title: "expected goals", cell: (p) => number(p.xg_for, 2) },
  { name: "cf_pct", label: "CF %", numeric: true, title: "share of shot attempts while on the ice", cell: (p) => number(p.cf_pct, 0) }, { name: "toi", label: "Ice time", numeric: true, cell: (p) => clock(p.toi_seconds) }]} />`;

const Goalies = ({ goalies }) => html`<${Table} caption="Goalies" rows=${goalies} columns=${[{ name: "player_name", label: "Goalie", cell: ofTeam }, { name: "saves", label: "Saves", numeric: true },
  { name: "goals_against", label: "Against", numeric: true }, { name: "save_pct", label: "Save %", numeric: true, cell: (g) => number(g.save_pct === null ? null : g.save_pct * 100, 1) }, { name: "toi", label: "Ice time", numeric: true, cell: (g) => clock(g.toi_seconds) }]} />`;

const LINES = [["goals", "Goals"], ["sog", "Shots on goal"], ["corsi_for", "Shot attempts"], ["xg_for", "Expected goals", 1], ["fo_wins", "Faceoffs won"], ["zone_entries", "Zone entries"], ["giveaways", "Giveaways"], ["takeaways", "Takeaways"], ["pim", "Penalty minutes"]];

/** Both teams' figures, with their shares as a bar. */
function Teams({ home, away }) {
  const shown = (value, digits = 0) => number(value, digits);
  return html`<p class="row spread"><strong><i class="dot i-home"></i>${home.team_name}</strong><strong>${away.team_name}<i class="dot i-away after"></i></strong></p>
    <dl class="versus">${LINES.filter(([name]) => home[name] !== undefined && home[name] !== null).map(([name, label, digits]) => html`<div><dt>${label}</dt><dd class="left">${shown(home[name], digits)}</dd>
      <dd class="bar" aria-hidden="true"><i style=${{ width: `${(100 * home[name]) / (home[name] + away[name]) || 50}%` }}></i><i></i></dd><dd class="right">${shown(away[name], digits)}</dd></div>`)}</dl>`;
}

/** Home attacks to the right, whatever end it really shot at. */
function ShotMap({ shots, game }) {
  const drawn = shots.filter((s) => s.x_coord !== null).map((s) => {
    const isHome = s.team_venue === "home";
    const turn = (isHome ? 1 : -1) * (s.x_coord < 0 ? -1 : 1);
    return { x: turn * s.x_coord, y: turn * s.y_coord, side: isHome ? "home" : "away", isGoal: s.is_goal, label: `${s.player_name ?? "?"}, period ${s.period}${s.xg === null ? "" : `, xG ${number(s.xg, 2)}`}${s.is_goal ? ", goal" : ""}` };
  });
  const told = (side) => { const own = drawn.filter((s) => s.side === side); const goals = own.filter((s) => s.isGoal).length; return `${own.length} ${own.length === 1 ? "shot" : "shots"}, ${goals} ${goals === 1 ? "goal" : "goals"}`; };
  return html`<${Rink} title=${`Shots: ${game.home_team} ${told("home")}; ${game.away_team} ${told("away")}`} shots=${drawn} />
    <p class="legend"><span><i class="i-home"></i>${game.home_team}, attacking right: ${told("home")}</span><span><i class="i-away"></i>${game.away_team}, attacking left: ${told("away")}</span><span><i class="i-goal"></i>goal</span></p>`;
}
