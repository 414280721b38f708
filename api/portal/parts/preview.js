// What a publication would change on the site, before it does.

import { html } from "../vendor/htm-preact.js";
import { post } from "../client.js";
import { Act, Figure, Loaded, Table, useLoad } from "../ui.js";

const arrow = (before, after) => (before === after ? String(after ?? "–") : `${before ?? "new"} → ${after ?? "gone"}`);

/** The preview with a Publish button; `onPublish` gets the upload job. */
export function Preview({ onPublish }) {
  const preview = useLoad(() => post("/api/upload/preview"), []);
  const publish = async () => onPublish(await post("/api/upload/to-supabase", { mode: "all" }));
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
    ${nothing && html`<p class="notice good">The site shows exactly this league already.</p>`}
    ${standings.length > 0 && html`<h3>Standings that move</h3><${Table} caption="Standings that move" rows=${standings} columns=${[
      { name: "team_name", label: "Team" },
      { name: "place", label: "Place", cell: (m) => arrow(m.place_before, m.place_after) },
      { name: "points", label: "Points", cell: (m) => arrow(m.points_before, m.points_after) }]} />`}
    ${leaders.map((l) => html`<h3>Leaders in ${l.category}</h3><ol>${l.after.map((p) => html`<li>${p.player_name ?? p.player_id} ${p.value}</li>`)}</ol>
      <p class="quiet">before: ${l.before.map((p) => `${p.player_name ?? p.player_id} ${p.value}`).join(", ") || "nobody"}</p>`)}
    ${games.appear_count + games.vanish_count + games.rescored_count > 0 && html`<h3>Games</h3><ul>
      ${games.appear.map((g) => html`<li>new: ${g.date} ${g.home_team} – ${g.away_team} ${g.score ?? ""}</li>`)}
      ${games.vanish.map((g) => html`<li>gone: ${g.date} ${g.home_team} – ${g.away_team} ${g.score ?? ""}</li>`)}
      ${games.rescored.map((g) => html`<li><a href=${`#game/${g.game_id}`}>${g.game_id}</a>: ${arrow(g.before, g.after)}</li>`)}</ul>`}
    ${scores.differing.length > 0 && html`<h3>Tracked goals that differ from the official score</h3><ul>
      ${scores.differing.map((d) => html`<li><a href=${`#game/${d.game_id}`}>Game ${d.game_id}</a>: official ${d.official}, tracked ${d.tracked}. Look at the game's flags and goals, then correct the score or the tracking.</li>`)}</ul>`}
    <p class="quiet">${scores.agreeing} of ${scores.compared} tracked games agree with their official score.</p>
    ${touched.length > 0 && html`<details><summary>${touched.length} tables change</summary><${Table} caption="Changes by table" rows=${touched} columns=${[
      { name: "table", label: "Table" }, { name: "inserted", label: "New", numeric: true }, { name: "updated", label: "Changed", numeric: true },
      { name: "deleted", label: "Gone", numeric: true }]} /></details>`}
    ${tables.some((t) => t.needs_replace) && html`<p class="notice bad">More than half of a table's rows would go. That is refused unless it is asked for by the API (<code>options.replace</code>).</p>`}
    ${preview.notes.map((n) => html`<p class="quiet">${n}</p>`)}
    <div class="row"><${Act} kind="primary" act=${publish} disabled=${nothing}>Publish<//><a class="button" href="#corrections">Fix something first</a></div>`;
}
