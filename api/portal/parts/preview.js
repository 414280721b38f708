// What a publication would change on the site, before it does.

import { html, useState } from "../vendor/htm-preact.js";
import { post, rows } from "../client.js";
import { Act, Confirm, Figure, Loaded, Table, day, useLoad } from "../ui.js";

const arrow = (before, after) => (before === after ? String(after ?? "–") : `${before ?? "new"} → ${after ?? "gone"}`);

/** The preview with a Publish button; `onPublish` gets the upload job. */
export function Preview({ onPublish }) {
  const preview = useLoad(() => post("/api/upload/preview"), []);
  const publish = async (options = {}) => onPublish(await post("/api/upload/to-supabase", { mode: "all", options }));
  return html`<section class="card" aria-label="Preview"><h2>3. What will change on the site</h2>
    <${Loaded} of=${preview} label="Comparing with the database">${(data) => html`<${Changes} preview=${data} publish=${publish} />`}<//></section>`;
}

function Changes({ preview, publish }) {
  const { standings, leaders, games, box_scores: scores, tables } = preview;
  const touched = tables.filter((t) => t.inserted + t.updated + t.deleted > 0);
  const nothing = preview.inserted + preview.updated + preview.deleted === 0;
  return html`
    <div class="figures"><${Figure} value=${preview.inserted.toLocaleString()} label="rows new" /><${Figure} value=${preview.updated.toLocaleString()} label="rows changed" />
      <${Figure} value=${preview.deleted.toLocaleString()} label="rows gone" /></div>
    ${nothing ? html`<p class="notice good">The site shows exactly this league already.</p>` : html`<${Publish} tables=${tables} publish=${publish} />`}
    ${standings.length > 0 && html`<h3>Standings that move</h3><${Table} caption="Standings that move" rows=${standings} columns=${[
      { name: "team_name", label: "Team" },
      { name: "place", label: "Place", cell: (m) => arrow(m.place_before, m.place_after) },
      { name: "points", label: "Points", cell: (m) => arrow(m.points_before, m.points_after) }]} />`}
    ${leaders.length > 0 && html`<div class="columns">${leaders.map((l) => html`<div><h3>Leaders in ${l.category}</h3><ol>${l.after.map((p) => html`<li>${p.player_name ?? p.player_id} <strong>${p.value}</strong></li>`)}</ol>
      <p class="quiet">before: ${l.before.map((p) => `${p.player_name ?? p.player_id} ${p.value}`).join(", ") || "nobody"}</p></div>`)}</div>`}
    ${games.appear_count + games.vanish_count + games.rescored_count > 0 && html`<${Games} games=${games} />`}
    ${scores.differing.length > 0 && html`<h3>Tracked goals that differ from the official score</h3><ul>
      ${scores.differing.map((d) => html`<li><a href=${`#game/${d.game_id}`}>Game ${d.game_id}</a>: official ${d.official}, tracked ${d.tracked}. <${Doubts} gameId=${d.game_id} /></li>`)}</ul>
      <p class="quiet">A wrong score is corrected under <a href="#games">Games</a>; a wrong event in the tracker, whose file is then brought anew.</p>`}
    <p class="quiet">${scores.agreeing} of ${scores.compared} tracked games agree with their official score.</p>
    ${touched.length > 0 && html`<details><summary>${touched.length} tables change</summary><${Table} caption="Changes by table" rows=${touched} columns=${[
      { name: "table", label: "Table" }, { name: "inserted", label: "New", numeric: true }, { name: "updated", label: "Changed", numeric: true },
      { name: "deleted", label: "Gone", numeric: true }]} /></details>`}
    ${preview.notes.map((n) => html`<p class="quiet">${n}</p>`)}`;
}

/** The button; where a table would lose most of its rows it asks first, and says which. */
function Publish({ tables, publish }) {
  const [asking, setAsking] = useState(false);
  const losing = tables.filter((t) => t.needs_replace);
  const fix = html`<a class="button" href="#corrections">Fix something first</a>`;
  if (!losing.length) return html`<p class="row"><${Act} kind="primary" act=${() => publish()}>Publish<//>${fix}</p>`;
  return html`<p class="notice bad">More than half of the rows of ${losing.map((t) => t.table).join(", ")} would go. Are files missing?</p>
    <p class="row"><button type="button" class="danger" onClick=${() => setAsking(true)}>Publish all the same …</button>${fix}</p>
    ${asking && html`<${Confirm} title="Publish although most rows go?" verb="Delete them and publish" keep="Leave the site as it is" onClose=${() => setAsking(false)} act=${() => publish({ replace: true })}>
      <p>This deletes from the database:</p><ul>${losing.map((t) => html`<li>${t.deleted.toLocaleString()} rows of ${t.table}</li>`)}</ul><//>`}`;
}

const SHOWN = 8;

function Games({ games }) {
  const line = (word, g) => html`<li>${word}: ${day(g.date)} ${g.home_team} – ${g.away_team} ${g.score ?? ""}</li>`;
  const lines = [...games.rescored.map((g) => html`<li><a href=${`#game/${g.game_id}`}>Game ${g.game_id}</a>: ${arrow(g.before, g.after)}</li>`), ...games.vanish.map((g) => line("gone", g)), ...games.appear.map((g) => line("new", g))];
  return html`<h3>Games</h3><ul>${lines.slice(0, SHOWN)}</ul>
    ${lines.length > SHOWN && html`<details><summary>${lines.length - SHOWN} more</summary><ul>${lines.slice(SHOWN)}</ul></details>`}`;
}

/** What the run found odd in a game's files, which may be why its goals differ; looked up when it is opened. */
function Doubts({ gameId }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${(e) => setOpen(e.target.open)}><summary>Doubtful events of this game</summary>${open && html`<${Found} gameId=${gameId} />`}</details>`;
}

function Found({ gameId }) {
  const flags = useLoad(() => rows("qa_input_flags", { game_id: `eq.${gameId}`, select: "flag,event_index,shift_index,occurrences,message" }), [gameId]);
  return html`<${Loaded} of=${flags}>${(found) => html`<${Table} caption=${`Doubtful events of game ${gameId}`} rows=${found} empty="Nothing was doubtful: compare the goals with the game sheet." columns=${[
    { name: "message", label: "What was found" }, { name: "event_index", label: "Event", numeric: true }, { name: "occurrences", label: "Times", numeric: true }]} />`}<//>`;
}
