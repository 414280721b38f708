// One team in one season.

import { html } from "../vendor/htm-preact.js";
import { allRows, rows } from "../client.js";
import { Plot } from "../parts/plot.js";
import { Figure, Loaded, Table, day, number, useLoad } from "../ui.js";

const seconds = (iso) => Date.parse(`${iso}T12:00:00Z`) / 1000;

async function loadTeam(id, season) {
  const own = { team_id: `eq.${id}`, ...(season && { season_id: `eq.${season}` }) };
  const [team, totals, roster, tracked, home, away] = await Promise.all([
    rows("dim_team", { team_id: `eq.${id}` }), rows("fact_team_season_stats_basic", { ...own, game_type: "eq.All" }),
    rows("fact_player_season_stats_basic", { ...own, game_type: "eq.All", sort: "points.desc" }), allRows("fact_team_game_stats", { ...own, sort: "date" }),
    allRows("dim_schedule", { home_team_id: `eq.${id}`, ...(season && { season_id: `eq.${season}` }) }), allRows("dim_schedule", { away_team_id: `eq.${id}`, ...(season && { season_id: `eq.${season}` }) }),
  ]);
  const games = [...home.map((g) => ({ ...g, own: g.home_total_goals, other: g.away_total_goals, against: g.away_team_name })), ...away.map((g) => ({ ...g, own: g.away_total_goals, other: g.home_total_goals, against: g.home_team_name }))]
    .sort((a, b) => a.date.localeCompare(b.date));
  return { team: team[0], totals: totals[0], roster, tracked, games };
}

export default function Team({ rest }) {
  const [id, season] = rest;
  const loaded = useLoad(() => loadTeam(id, season), [id, season]);
  return html`<p><a href="#season">Season</a></p><${Loaded} of=${loaded}>${({ team, totals, roster, tracked, games }) => {
    const played = games.filter((g) => g.own !== null && g.own !== undefined);
    const points = played.reduce((all, g) => [...all, (all.at(-1) ?? 0) + (g.own > g.other ? 2 : g.own === g.other ? 1 : 0)], []);
    return html`<h1>${team?.team_name ?? id}</h1>
      ${totals && html`<section class="card figures"><${Figure} value=${`${totals.wins}–${totals.losses}–${totals.ties}`} label="won, lost, tied" /><${Figure} value=${totals.points} label="points" />
        <${Figure} value=${`${totals.goals_for}:${totals.goals_against}`} label="goals" /></section>`}
      ${played.length > 1 && html`<section class="card"><${Plot} title="Points by date (two for a win, one for a tie)" x=${{ label: "Date", isDate: true, values: played.map((g) => seconds(g.date)) }} series=${[{ label: "Points", values: points }]} /></section>`}
      ${tracked.length > 0 && html`<div class="columns"><section class="card"><${Plot} title="Shots on goal in tracked games" x=${{ label: "Date", isDate: true, values: tracked.map((g) => seconds(g.date)) }}
          series=${[{ label: "Shots", values: tracked.map((g) => g.sog) }, { label: "Against", values: tracked.map((g) => g.sog_against) }]} /></section>
        <section class="card"><${Plot} title="Expected and actual goals in tracked games" x=${{ label: "Date", isDate: true, values: tracked.map((g) => seconds(g.date)) }}
          series=${[{ label: "Goals", values: tracked.map((g) => g.goals) }, { label: "Expected", values: tracked.map((g) => g.xg_for ?? null) }]} /></section></div>`}
      <div class="columns"><section class="card"><h2>Players</h2><${Table} caption="Players" rows=${roster} columns=${[{ name: "player_name", label: "Player", cell: (p) => html`<a href=${`#player/${p.player_id}`}>${p.player_name}</a>` },
        ...[["games_played", "GP"], ["goals", "G"], ["assists", "A"], ["points", "P"], ["pim", "PIM"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "ppg", label: "P/GP", numeric: true, cell: (p) => number(p.points_per_game, 2) }]} /></section>
      <section class="card"><h2>Games</h2><${Table} caption="Games" rows=${[...games].reverse()} columns=${[{ name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` }, { name: "against", label: "Against" },
        { name: "result", label: "Result", cell: (g) => (g.own === null || g.own === undefined ? "–" : `${g.own > g.other ? "won" : g.own < g.other ? "lost" : "tied"} ${g.own}:${g.other}`) }]} /></section></div>`;
  }}<//>`;
}
