// One player: seasons, tracked games, who is alike.

import { html } from "../vendor/htm-preact.js";
import { allRows, post, rows } from "../client.js";
import { PlayerForecast } from "../parts/forecast.js";
import { Plot } from "../parts/plot.js";
import { Badge, Loaded, Table, clock, day, number, useLoad } from "../ui.js";

async function loadPlayer(id) {
  const own = { player_id: `eq.${id}` };
  const [player, seasons, goalie, tracked] = await Promise.all([
    rows("dim_player", own), rows("fact_player_season_stats_basic", { ...own, game_type: "eq.All", sort: "season_id.desc" }),
    rows("fact_goalie_season_stats_basic", { ...own, game_type: "eq.All", sort: "season_id.desc" }), allRows("fact_player_game_stats", { ...own, sort: "date" })]);
  return { player: player[0], seasons, goalie, tracked };
}

export default function Player({ rest }) {
  const [id] = rest;
  const loaded = useLoad(() => loadPlayer(id), [id]);
  return html`<p><a href="#season">Season</a></p><${Loaded} of=${loaded}>${({ player, seasons, goalie, tracked }) => (!player ? html`<h1>No player ${id}</h1>` : html`
    <h1>${player.player_full_name}</h1><p><${Badge}>${player.player_primary_position ?? "position unknown"}<//> ${player.player_norad_current_team ?? ""} <a href=${`#corrections/dim_player?search=${encodeURIComponent(id)}`}>Correct</a></p>
    <${PlayerForecast} id=${id} />
    ${seasons.length > 0 && html`<section class="card"><h2>Seasons</h2><${Table} caption="Seasons" rows=${seasons} columns=${[{ name: "season", label: "Season" }, { name: "team_name", label: "Team" },
      ...[["games_played", "GP"], ["goals", "G"], ["assists", "A"], ["points", "P"], ["pim", "PIM"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "xg", label: "xG", numeric: true, cell: (s) => number(s.xg_for, 1) }, { name: "cf", label: "CF %", numeric: true, cell: (s) => number(s.cf_pct, 0) }]} /></section>`}
    ${goalie.length > 0 && html`<section class="card"><h2>In goal</h2><${Table} caption="Seasons in goal" rows=${goalie} columns=${[{ name: "season", label: "Season" }, { name: "team_name", label: "Team" },
      ...[["games_played", "GP"], ["wins", "W"], ["losses", "L"], ["ties", "T"], ["shutouts", "SO"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "gaa", label: "GAA", numeric: true, cell: (s) => number(s.gaa, 2) }]} /></section>`}
    ${tracked.length > 1 && html`<section class="card"><${Plot} title="Points, shots and expected goals by tracked game" x=${{ label: "Date", isDate: true, values: tracked.map((g) => Date.parse(`${g.date}T12:00:00Z`) / 1000) }}
      series=${[{ label: "Points", values: tracked.map((g) => g.points) }, { label: "Shots", values: tracked.map((g) => g.sog) }, { label: "Expected goals", values: tracked.map((g) => g.xg_for ?? null) }]} /></section>`}
    ${tracked.length > 0 && html`<section class="card"><h2>Tracked games</h2><${Table} caption="Tracked games" rows=${[...tracked].reverse()} columns=${[{ name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` }, { name: "opponent_team_name", label: "Against" },
      ...[["goals", "G"], ["assists", "A"], ["sog", "Shots"], ["plus_minus", "+/−"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "toi", label: "Ice time", numeric: true, cell: (g) => clock(g.toi_seconds) }]} /></section>`}
    <${Alike} id=${id} />`)}<//>`;
}

function Alike({ id }) {
  const found = useLoad(async () => {
    const answer = await post("/api/ml/predict", { model: "similar_players", features: { player_id: id } }).catch(() => null);
    const people = answer?.details?.players ?? answer?.details?.similar ?? [];
    const named = people.length ? await rows("dim_player", { player_id: `in.(${people.map((p) => p.player_id).join(",")})` }) : [];
    return people.map((p) => ({ ...p, name: named.find((n) => n.player_id === p.player_id)?.player_full_name ?? p.player_id }));
  }, [id]);
  return html`<${Loaded} of=${found}>${(people) => people.length > 0 && html`<section class="card"><h2>Players like this one</h2><ul>${people.map((p) => html`<li><a href=${`#player/${p.player_id}`}>${p.name}</a></li>`)}</ul></section>`}<//>`;
}
