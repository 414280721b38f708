// The files from which a run makes the league: what is there, and what the last run took each for.

import { html, useState } from "../vendor/htm-preact.js";
import { list, remove } from "../client.js";
import { useMay } from "../roles.js";
import { Confirm, Loaded, Pager, Table, fileSize, moment, useLoad } from "../ui.js";

const LIMIT = 20;
export const KINDS = { tracker_json: "tracked game", roster: "roster", tracking_workbook: "tracking workbook", master_workbook: "master workbook", league_rules: "league rules" };

/** `round` counts what may have changed the list. */
export function FilesThere({ round }) {
  const [open, setOpen] = useState(false);
  return html`<details class="card" onToggle=${(e) => setOpen(e.target.open)}><summary>Files that are there</summary>${open && html`<${Listed} round=${round} />`}</details>`;
}

function Listed({ round }) {
  const [asked, setAsked] = useState({ search: "", offset: 0 });
  const [deleting, setDeleting] = useState(null);
  const mayDelete = useMay("admin");
  const files = useLoad(() => list("/api/raw/files", { ...asked, limit: LIMIT }), [round, JSON.stringify(asked)]);
  return html`<p class="quiet">From these a run makes the league; what is deleted here is gone.</p>
    <div class="toolbar"><label class="field">Search<input type="search" value=${asked.search} onChange=${(e) => setAsked({ search: e.target.value, offset: 0 })} /></label></div>
    <${Loaded} of=${files}>${({ rows, total }) => html`<${Table} caption="Files that are there" rows=${rows} rowKey=${(f) => f.path} empty=${asked.search ? "No file fits." : "No file was brought yet."} columns=${[
      { name: "path", label: "File", kind: "path" },
      { name: "kind", label: "Taken for", kind: "short", cell: (f) => (f.kind ? html`${KINDS[f.kind] ?? f.kind.replaceAll("_", " ")} ${f.game_id && html`<a href=${`#game/${f.game_id}`}>${f.game_id}</a>`}` : html`<span class="quiet">no run has read it yet</span>`) },
      { name: "bytes", label: "Size", numeric: true, cell: (f) => fileSize(f.bytes) }, { name: "modified_at", label: "Changed", kind: "short", cell: (f) => moment(f.modified_at) },
      { name: "act", label: "", kind: "acts", cell: (f) => mayDelete && html`<button type="button" aria-label=${`Delete ${f.path}`} onClick=${() => setDeleting(f)}>Delete …</button>` }]} />
      <${Pager} of="file" total=${total} limit=${LIMIT} offset=${asked.offset} onOffset=${(offset) => setAsked({ ...asked, offset })} />`}<//>
    ${deleting && html`<${Confirm} title="Delete this file?" verb="Delete the file" onClose=${() => setDeleting(null)} act=${async () => { await remove("/api/raw/files", { path: deleting.path }); files.reload(); }}>
      <p><strong>${deleting.path}</strong> is deleted from the server for good. From the next run on the league is made without it${deleting.path === "league.toml" ? ", by the default rules" : ""}.</p><//>`}`;
}
