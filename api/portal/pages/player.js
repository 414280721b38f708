// One player: what is expected next and who is alike, seasons, how points and goals came, tracked games.

import { html } from "../vendor/htm-preact.js";
import { allRows, rows } from "../client.js";
import { PlayerForecast } from "../parts/forecast.js";
import { Plot, noon, soFar } from "../parts/plot.js";
import { useMay } from "../roles.js";
import { Badge, Loaded, Table, Trail, clock, day, number, seasonName, signed, useLoad } from "../ui.js";

async function loadPlayer(id) {
  const own = { player_id: `eq.${id}` };
  const [player, seasons, goalie, tracked, sheets] = await Promise.all([
    rows("dim_player", own), rows("fact_player_season_stats_basic", { ...own, game_type: "eq.All", sort: "season_id.desc" }),
    rows("fact_goalie_season_stats_basic", { ...own, game_type: "eq.All", sort: "season_id.desc" }),
    allRows("fact_player_game_stats", { ...own, sort: "date", select: "game_id,date,opponent_team_name,goals,assists,points,sog,plus_minus,xg_for,toi_seconds" }),
    allRows("fact_gameroster", { ...own, sort: "date", select: "game_id,date,season_id,points,player_position,goals_against" })]);
  return { player: player[0], seasons, goalie, tracked, sheets };
}

export default function Player({ rest }) {
  const [id] = rest;
  const loaded = useLoad(() => loadPlayer(id), [id]);
  return html`<${Trail} href="#season">Season<//><${Loaded} of=${loaded} title=${`Player ${id}`}>${(data) => (data.player ? html`<${Sheet} id=${id} ...${data} />` : html`<h1>There is no player ${id}</h1>`)}<//>`;
}

const BASIC = [["games_played", "GP"], ["goals", "G"], ["assists", "A"], ["points", "P"], ["pim", "PIM"]].map(([name, label]) => ({ name, label, numeric: true }));
const season = { name: "season", label: "Season", kind: "short", cell: (s) => seasonName(s.season) };

function Sheet({ id, player, seasons, goalie, tracked, sheets }) {
  const mayCorrect = useMay("operator");
  return html`<h1>${player.player_full_name}</h1>
    <p class="row"><${Badge}>${player.player_primary_position ?? "position unknown"}<//> <span>${player.player_norad_current_team ?? ""}</span> ${mayCorrect && html`<a href=${`#corrections/dim_player?search=${encodeURIComponent(id)}`}>Correct this player</a>`}</p>
    <${PlayerForecast} id=${id} />
    ${seasons.length > 0 && html`<section class="card"><h2>Seasons</h2><${Table} caption="Seasons" rows=${seasons} columns=${[season, { name: "team_name", label: "Team" }, ...BASIC,
      { name: "xg", label: "xG", numeric: true, title: "expected goals, in tracked games", cell: (s) => number(s.xg_for, 1) }, { name: "cf", label: "CF %", numeric: true, title: "share of shot attempts while on the ice", cell: (s) => number(s.cf_pct, 0) }]} /></section>`}
    ${goalie.length > 0 && html`<section class="card"><h2>In goal</h2><${Table} caption="Seasons in goal" rows=${goalie} columns=${[season, { name: "team_name", label: "Team" },
      ...[["games_played", "GP"], ["wins", "W"], ["losses", "L"], ["ties", "T"], ["shutouts", "SO"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "gaa", label: "GAA", numeric: true, title: "goals against per game", cell: (s) => number(s.gaa, 2) }]} /></section>`}
    <${Plots} tracked=${tracked} sheets=${sheets} />
    ${tracked.length > 0 && html`<section class="card"><h2>Tracked games</h2><${Table} caption="Tracked games" rows=${[...tracked].reverse()} columns=${[{ name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` }, { name: "opponent_team_name", label: "Against" },
      ...[["goals", "G"], ["assists", "A"], ["sog", "Shots"]].map(([name, label]) => ({ name, label, numeric: true })), { name: "plus_minus", label: "+/−", numeric: true, title: "goals for minus goals against while on the ice, power plays aside", cell: (g) => signed(g.plus_minus) }, { name: "xg", label: "xG", numeric: true, title: "expected goals", cell: (g) => number(g.xg_for, 2) }, { name: "toi", label: "Ice time", numeric: true, cell: (g) => clock(g.toi_seconds) }]} /></section>`}`;
}

function Plots({ tracked, sheets }) {
  const latest = sheets.filter((g) => g.season_id === sheets.at(-1)?.season_id && g.points !== null);
  const inGoal = latest.filter((g) => g.player_position === "Goalie" && g.goals_against !== null);
  const asSkater = latest.filter((g) => g.player_position !== "Goalie");
  const over = (games) => ({ label: "Date", isDate: true, values: games.map((g) => noon(g.date)) });
  const dates = over(tracked);
  return html`<div class="columns even">
    ${inGoal.length > 1 && html`<section class="card"><${Plot} title="Goals against by game this season" x=${over(inGoal)} series=${[{ label: "Goals against", values: inGoal.map((g) => g.goals_against) }]} /></section>`}
    ${asSkater.length > 1 && html`<section class="card"><${Plot} title="Points so far this season" x=${over(asSkater)} series=${[{ label: "Points", values: soFar(asSkater.map((g) => g.points)) }]} /></section>`}
    ${tracked.length > 1 && html`<section class="card"><${Plot} title="Shots on goal by tracked game" x=${dates} series=${[{ label: "Shots", values: tracked.map((g) => g.sog) }]} /></section>
      <section class="card"><${Plot} title="Goals and expected goals so far, in tracked games" x=${dates} series=${[{ label: "Goals", values: soFar(tracked.map((g) => g.goals)) }, { label: "Expected", values: soFar(tracked.map((g) => g.xg_for)) }]} /></section>`}</div>`;
}
