// One team in one season.

import { html } from "../vendor/htm-preact.js";
import { allRows, rows } from "../client.js";
import { Plot, noon, soFar } from "../parts/plot.js";
import { Figure, Loaded, Table, Trail, day, number, seasonName, useLoad } from "../ui.js";

const GAME = "game_id,date,home_team_name,away_team_name";

async function loadTeam(id, season) {
  const inSeason = season ? { season_id: `eq.${season}` } : {};
  const own = { team_id: `eq.${id}`, ...inSeason };
  const [team, totals, roster, tracked, results, home, away] = await Promise.all([
    rows("dim_team", { team_id: `eq.${id}` }), rows("fact_team_season_stats_basic", { ...own, game_type: "eq.All", sort: "season_id.desc" }),
    rows("fact_player_season_stats_basic", { ...own, game_type: "eq.All", sort: "points.desc,goals.desc" }),
    allRows("fact_team_game_stats", { ...own, sort: "date", select: "game_id,date,sog,sog_against,goals,xg_for" }), allRows("fact_team_results", own),
    allRows("dim_schedule", { home_team_id: `eq.${id}`, ...inSeason, select: GAME }), allRows("dim_schedule", { away_team_id: `eq.${id}`, ...inSeason, select: GAME }),
  ]);
  const games = [...home.map((g) => ({ ...g, isHome: true, against: g.away_team_name })), ...away.map((g) => ({ ...g, isHome: false, against: g.home_team_name }))]
    .sort((a, b) => (a.date ?? "").localeCompare(b.date ?? ""));
  const booked = new Map(results.map((r) => [r.game_id, r]));
  return { team: team[0], totals: totals[0], roster, tracked, games: games.map((g) => ({ ...g, booked: booked.get(g.game_id) })) };
}

const RESULTS = { win: "won", loss: "lost", tie: "tied" };
const ENDINGS = { Overtime: "overtime", Shootout: "a shootout" };

function resultOf(booked) {
  const ending = ENDINGS[booked.last_period_type];
  const score = `${RESULTS[booked.result]} ${booked.goals_for}:${booked.goals_against}`;
  return ending ? `${score} ${booked.result === "tie" ? "after" : "in"} ${ending}` : score;
}

export default function Team({ rest }) {
  const [id, season] = rest;
  const loaded = useLoad(() => loadTeam(id, season), [id, season]);
  return html`<${Trail} href="#season">Season<//><${Loaded} of=${loaded} title=${`Team ${id}`}>${(data) => (data.team ? html`<${Sheet} ...${data} />` : html`<h1>There is no team ${id}</h1>`)}<//>`;
}

function Sheet({ team, totals, roster, tracked, games }) {
  const played = games.filter((g) => g.booked);
  const dates = { label: "Date", isDate: true, values: tracked.map((g) => noon(g.date)) };
  return html`<h1>${team.team_name} ${totals && html`<small>${seasonName(totals.season)}</small>`}</h1>
    ${totals && html`<section class="card figures"><${Figure} value=${`${totals.wins}–${totals.losses}–${totals.ties}`} label="won, lost, tied" /><${Figure} value=${totals.points} label="points" />
      <${Figure} value=${`${totals.goals_for}:${totals.goals_against}`} label="goals" /></section>`}
    <div class="columns even">
      ${played.length > 1 && html`<section class="card"><${Plot} title="Points by date, by the league's points rule" x=${{ label: "Date", isDate: true, values: played.map((g) => noon(g.date)) }} series=${[{ label: "Points", values: soFar(played.map((g) => g.booked.points)) }]} /></section>`}
      ${tracked.length > 0 && html`<section class="card"><${Plot} title="Shots on goal in tracked games" x=${dates} series=${[{ label: "Shots", values: tracked.map((g) => g.sog) }, { label: "Against", values: tracked.map((g) => g.sog_against) }]} /></section>
        <section class="card"><${Plot} title="Goals and expected goals in tracked games" x=${dates} series=${[{ label: "Goals", values: tracked.map((g) => g.goals) }, { label: "Expected", values: tracked.map((g) => g.xg_for) }]} /></section>`}</div>
    <div class="columns halves"><section class="card"><h2>Players</h2><${Table} caption="Players" rows=${roster} columns=${[{ name: "player_name", label: "Player", cell: (p) => html`<a href=${`#player/${p.player_id}`}>${p.player_name}</a>` },
      ...[["games_played", "GP"], ["goals", "G"], ["assists", "A"], ["points", "P"], ["pim", "PIM"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "ppg", label: "P/GP", numeric: true, title: "points per game", cell: (p) => number(p.points_per_game, 2) }]} /></section>
    <section class="card"><h2>Games</h2><${Table} caption="Games" rows=${[...games].reverse()} columns=${[{ name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` }, { name: "against", label: "Against", cell: (g) => `${g.isHome ? "" : "at "}${g.against}` },
      { name: "result", label: "Result", kind: "short", cell: (g) => (g.booked ? resultOf(g.booked) : "–") },
      { name: "points", label: "P", numeric: true, title: "points by the league's rule", cell: (g) => g.booked?.points ?? "–" }]} /></section></div>`;
}
