// The schedule: what is played, what is tracked, what is missing.

import { html, useState } from "../vendor/htm-preact.js";
import { allRows, get, list, post, put, remove } from "../client.js";
import { For, useMay } from "../roles.js";
import { ActForm, Badge, Confirm, Dialog, Loaded, Pager, Table, day, useLoad } from "../ui.js";

const LIMIT = 50;
const TONES = { Complete: "good", Tracked: "good", Partial: "busy", Error: "bad" };
const WORDS = { None: "not tracked", Template: "empty template" };

export default function Games() {
  const [asked, setAsked] = useState({ search: "", tracked: "", played: "", offset: 0 });
  const games = useLoad(() => list("/api/games", { ...asked, limit: LIMIT }), [JSON.stringify(asked)]);
  const tracked = useLoad(trackedScores, []);
  const mayEdit = useMay("operator");
  const mayDelete = useMay("admin");
  const [editing, setEditing] = useState(null);
  const [deleting, setDeleting] = useState(null);
  const change = (changes) => setAsked({ ...asked, offset: 0, ...changes });
  return html`<h1>Games</h1><section class="card">
    <div class="toolbar">
      <label class="field">Team<input type="search" value=${asked.search} onChange=${(e) => change({ search: e.target.value })} /></label>
      <label class="field">Tracking<select value=${asked.tracked} onChange=${(e) => change({ tracked: e.target.value })}><option value="">all</option><option value="true">tracked</option><option value="false">not tracked</option></select></label>
      <label class="field">Result<select value=${asked.played} onChange=${(e) => change({ played: e.target.value })}><option value="">all</option><option value="true">played</option><option value="false">to come</option></select></label>
      ${mayEdit && html`<span class="end"><button type="button" class="primary" onClick=${() => setEditing({})}>New game</button></span>`}</div>
    <${For} role="operator" what="To enter or change games" />
    <${Loaded} of=${games}>${({ rows: found, total }) => html`<${Table} caption="Games, the latest first" rows=${found} rowKey=${(g) => g.game_id} empty=${asked.search || asked.tracked || asked.played ? "No game fits." : html`No game is known yet: bring the league's workbook or tracked games under <a href="#run">Run</a>${mayEdit && ", or enter one"}.`} columns=${[
      { name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` },
      { name: "home_team", label: "Home" }, { name: "score", label: "Score", title: "or when it begins", kind: "short", cell: (g) => html`<${Score} game=${g} tracked=${tracked.data?.get(g.game_id)} />` },
      { name: "away_team", label: "Away" }, { name: "game_type", label: "Type" },
      { name: "tracking", label: "Tracking", cell: (g) => (isToCome(g) ? html`<span class="quiet">to come</span>` : html`<${Badge} tone=${TONES[g.tracking.status]}>${WORDS[g.tracking.status] ?? g.tracking.status.toLowerCase()}<//>`) },
      { name: "etl", label: "On the site", cell: (g) => html`<${Badge} tone=${g.etl.status === "pending" ? "busy" : ""}>${g.etl.status === "pending" ? "with the next run" : "yes"}<//>` },
      { name: "act", label: "", kind: "acts", cell: (g) => mayEdit && html`<span class="row"><button type="button" aria-label=${`Edit game ${g.game_id}`} onClick=${() => setEditing(g)}>Edit</button>
        <button type="button" aria-label=${`Delete game ${g.game_id}`} disabled=${!mayDelete} title=${mayDelete ? undefined : "To delete a game you need the role admin"} onClick=${() => setDeleting(g)}>Delete</button></span>` }]} />
      <${Pager} total=${total} limit=${LIMIT} offset=${asked.offset} onOffset=${(offset) => setAsked({ ...asked, offset })} />`}<//>
    ${editing && html`<${Editor} game=${editing} onClose=${() => setEditing(null)} onDone=${() => { setEditing(null); games.reload(); }} />`}
    ${deleting && html`<${Confirm} title="Delete this game?" verb="Delete the game" onClose=${() => setDeleting(null)} act=${async () => { await remove(`/api/games/${deleting.game_id}`, { confirm: true }); games.reload(); }}>
      <p>${day(deleting.date)}: ${deleting.home_team} – ${deleting.away_team} leaves the league with the next run, whatever the files say${deleting.tracking.status === "None" ? "" : ", with everything that was tracked of it"}. Its standings, points and statistics go with it.</p><//>`}
  </section>`;
}

const isToCome = (game) => game.home_goals === null && game.tracking.status === "None";

/** The scores of tracked games that have no official one, by game. */
async function trackedScores() {
  const found = await allRows("qa_goal_accuracy", { is_match: "is.null", select: "game_id,tracked_home_goals,tracked_away_goals" }).catch(() => []);
  return new Map(found.map((row) => [row.game_id, row]));
}

function Score({ game, tracked }) {
  if (game.home_goals !== null) return `${game.home_goals} – ${game.away_goals}`;
  return tracked ? html`${tracked.tracked_home_goals} – ${tracked.tracked_away_goals} <span class="quiet">tracked</span>` : html`<span class="quiet">${game.game_time ?? "–"}</span>`;
}

const FIELDS = [["date", "Date", "date"], ["game_time", "Time", "time"], ["home_team", "Home team", "team"], ["away_team", "Away team", "team"],
  ["home_goals", "Home goals", "number"], ["away_goals", "Away goals", "number"], ["last_period_type", "Ended in", "choice", ["Regulation", "Overtime", "Shootout"]], ["game_type", "Type", "text"], ["venue", "Rink", "text"]];

/** The names of the league's teams, those that are not published yet among them. */
const teamNames = async () => (await get("/api/staging/blb-tables/dim_team", { limit: 1000 })).rows.map((r) => r.cells.team_name).filter(Boolean).sort((a, b) => a.localeCompare(b));

function Editor({ game, onClose, onDone }) {
  const teams = useLoad(teamNames, []);
  const isNew = game.game_id === undefined;
  const [values, setValues] = useState({});
  const value = (name) => values[name] ?? game[name] ?? "";
  const changed = Object.entries(values).filter(([name, v]) => String(v) !== String(game[name] ?? ""));
  const save = async () => {
    const body = Object.fromEntries(changed.map(([name, v]) => [name, v === "" ? null : name === "game_id" || name.endsWith("_goals") ? Number(v) : v]));
    await (isNew ? post("/api/games", body) : put(`/api/games/${game.game_id}`, body));
    onDone();
  };
  const field = ([name, label, type, choices]) => (type === "choice" ? html`<label>${label}<select value=${value(name)} onInput=${(e) => setValues({ ...values, [name]: e.target.value })}>
    <option value="">as the periods tell</option>${choices.map((choice) => html`<option value=${choice}>${choice.toLowerCase()}</option>`)}</select></label>` : html`<label>${label}<input type=${type === "team" ? "text" : type} list=${type === "team" ? "league-teams" : undefined} autocomplete="off"
    min=${type === "number" ? 0 : undefined} value=${value(name)} onInput=${(e) => setValues({ ...values, [name]: e.target.value })} /></label>`);
  return html`<${Dialog} title=${isNew ? "New game" : `Game ${game.game_id}`} onClose=${onClose}>
    <${ActForm} verb="Save" disabled=${!changed.length} act=${save} cancel=${onClose}>
      <div class="fields">${isNew && field(["game_id", "Game number", "number"])}${FIELDS.map(field)}</div>
      <datalist id="league-teams">${(teams.data ?? []).map((name) => html`<option value=${name} />`)}</datalist>
      <p class="quiet">A change stands at once in the schedule, and on the site with the next run. A new team is entered under <a href="#corrections/dim_team">Corrections</a> first.</p><//><//>`;
}
