// Corrections: a grid over the league's tables. What is entered here wins over the files, from the next run on.

import { html, useState } from "../vendor/htm-preact.js";
import { get, post, put, remove, send } from "../client.js";
import { Act, Badge, Confirm, Dialog, Loaded, Pager, Table, text, useLoad } from "../ui.js";

const LIMIT = 50;
const FIRST = { dim_player: ["player_full_name", "player_primary_position", "current_skill_rating", "player_norad_current_team", "player_norad_primary_number"] };
const LABELS = { dim_player: "Players", dim_team: "Teams", dim_schedule: "Schedule", fact_gameroster: "Game sheets", dim_season: "Seasons", dim_league: "Leagues" };

export default function Corrections({ rest, query }) {
  const names = useLoad(() => get("/api/staging/blb-tables/list"), []);
  const [name = "dim_player"] = rest;
  return html`<h1>Corrections</h1>
    <p>What you enter here wins over the files, and stays so. It reaches the site with the next <a href="#run">run and publication</a>.</p>
    <${Loaded} of=${names}>${(all) => html`<nav class="tablist" aria-label="Tables">${[...all].sort((a, b) => (LABELS[b] ? 1 : 0) - (LABELS[a] ? 1 : 0))
      .map((n) => html`<a href=${`#corrections/${n}`} aria-current=${n === name ? "page" : undefined}>${LABELS[n] ?? n}</a>`)}</nav>
      <${Grid} key=${name} name=${name} query=${query} />`}<//>`;
}

function Grid({ name, query }) {
  const [search, setSearch] = useState(query.get("search") ?? "");
  const [asked, setAsked] = useState({ search: query.get("search") ?? "", staged_only: false, offset: 0 });
  const page = useLoad(() => get(`/api/staging/blb-tables/${encodeURIComponent(name)}`, { ...asked, limit: LIMIT }), [name, JSON.stringify(asked)]);
  const [editing, setEditing] = useState(null);
  const [pasting, setPasting] = useState(false);
  const [clearing, setClearing] = useState(false);
  const done = () => { setEditing(null); setPasting(false); page.reload(); };
  return html`<section class="card">
    <div class="row spread">
      <form class="row" onSubmit=${(e) => { e.preventDefault(); setAsked({ ...asked, search, offset: 0 }); }}>
        <label class="field">Search<input type="search" value=${search} onInput=${(e) => setSearch(e.target.value)} /></label><button>Search</button>
        <label class="check"><input type="checkbox" checked=${asked.staged_only} onChange=${(e) => setAsked({ ...asked, staged_only: e.target.checked, offset: 0 })} />only corrections</label></form>
      <span class="row"><button type="button" onClick=${() => setEditing({ row: { cells: {} }, isNew: true })}>New row</button>
        <button type="button" onClick=${() => setPasting(true)}>Paste or import</button></span></div>
    <${Loaded} of=${page}>${(p) => html`
      <p><${Badge} tone=${p.staged ? "busy" : ""}>${p.staged} corrections<//> ${p.pending > 0 && html`<${Badge} tone="busy">${p.pending} not published yet<//>`}
        ${p.staged > 0 && html` <button type="button" class="plain" onClick=${() => setClearing(true)}>Take all back …</button>`}</p>
      <${Table} caption=${name} rows=${p.rows} onRow=${(r) => (r.staged ? "staged" : "")} empty="No row fits." columns=${[
        { name: "act", label: "", cell: (r) => html`<span class="row"><button type="button" aria-label=${`Edit ${p.key.map((k) => r.cells[k]).join(" ")}`} onClick=${() => setEditing({ row: r })}>Edit</button>
          ${r.staged && html`<${Act} title="What the files say stands again" act=${async () => { await remove(`/api/staging/blb-tables/${encodeURIComponent(name)}/rows`, { key: p.key.map((k) => r.cells[k]) }); page.reload(); }}>Undo<//>`}</span>` },
        ...shownColumns(name, p).map((c) => ({ name: c, label: c, cell: (r) => text(r.cells[c]) }))]} />
      <${Pager} total=${p.total} limit=${LIMIT} offset=${asked.offset} onOffset=${(offset) => setAsked({ ...asked, offset })} />
      ${editing && html`<${Editor} name=${name} page=${p} editing=${editing} onClose=${() => setEditing(null)} onDone=${done} />`}`}<//>
    ${pasting && html`<${Paste} name=${name} onClose=${() => setPasting(false)} onDone=${done} />`}
    ${clearing && html`<${Confirm} title="Take all corrections back?" verb="Take them back" onClose=${() => setClearing(false)}
      act=${async () => { await remove(`/api/staging/blb-tables/${encodeURIComponent(name)}`, { confirm: true }); page.reload(); }}>
      <p>This deletes all ${page.data?.staged} corrections of ${LABELS[name] ?? name}. What the files say stands again from the next run on.</p><//>`}
  </section>`;
}

/** The key, what people look for first, then every column that holds anything. */
function shownColumns(name, page) {
  const used = page.columns.filter((c) => page.rows.some((r) => r.cells[c] !== null && r.cells[c] !== undefined));
  return [...new Set([...page.key, ...(FIRST[name] ?? []), ...used])];
}

function Editor({ name, page, editing, onClose, onDone }) {
  const { row, isNew } = editing;
  const [cells, setCells] = useState({});
  const value = (c) => cells[c] ?? row.cells[c] ?? "";
  const changed = Object.entries(cells).filter(([c, v]) => v !== String(row.cells[c] ?? ""));
  const save = async () => {
    const updates = Object.fromEntries(changed.map(([c, v]) => [c, v === "" ? null : v]));
    if (isNew || page.key.length > 1) {
      const data = { ...(isNew ? {} : Object.fromEntries(page.key.map((k) => [k, row.cells[k]]))), ...updates };
      await post("/api/staging/blb-tables/upload", { table_name: name, data: [data] });
    } else {
      const [key] = page.key;
      await put("/api/staging/blb-tables/update", { table_name: name, filter_column: key, filter_value: row.cells[key], updates });
    }
    onDone();
  };
  const columns = [...new Set([...page.key, ...(FIRST[name] ?? []), ...page.columns])];
  return html`<${Dialog} title=${isNew ? "New row" : `Edit ${page.key.map((k) => row.cells[k]).join(" ")}`} onClose=${onClose}>
    <div class="fields">${columns.map((c) => html`<label>${c}<input value=${value(c)} disabled=${!isNew && page.key.includes(c)} onInput=${(e) => setCells({ ...cells, [c]: e.target.value })} /></label>`)}</div>
    ${changed.length > 0 && html`<h3>What changes</h3><ul>${changed.map(([c, v]) => html`<li>${c}: ${text(row.cells[c] ?? null)} → <strong>${v === "" ? "empty" : v}</strong></li>`)}</ul>`}
    <footer><button type="button" onClick=${onClose}>Cancel</button><${Act} kind="primary" disabled=${!changed.length} act=${save}>Save<//></footer><//>`;
}

function Paste({ name, onClose, onDone }) {
  const [pasted, setPasted] = useState("");
  const [file, setFile] = useState(null);
  const [diff, setDiff] = useState(null);
  const source = () => file ?? new File([asCsv(pasted)], `${name}.csv`, { type: "text/csv" });
  const fields = file?.name.endsWith(".xlsx") ? {} : { table_name: name };
  const check = async () => setDiff(await send("/api/staging/blb-tables/upload-file", source(), { ...fields, dry_run: true }));
  const save = async () => { await send("/api/staging/blb-tables/upload-file", source(), fields); onDone(); };
  return html`<${Dialog} title="Paste or import" onClose=${onClose}>
    <label class="field">Cells copied from a spreadsheet, the first line with the columns' names<textarea rows="8" value=${pasted} onInput=${(e) => { setPasted(e.target.value); setFile(null); setDiff(null); }}></textarea></label>
    <label class="field">or a file (.csv, .xlsx)<input type="file" accept=".csv,.xlsx" onChange=${(e) => { setFile(e.target.files[0] ?? null); setDiff(null); }} /></label>
    ${diff && diff.tables.map((t) => html`<h3>${t.table_name}: ${t.added_count} new, ${t.changed_count} changed</h3>
      <ul>${t.changed.slice(0, 30).map((c) => html`<li>${Object.values(c.key).join(" ")}: ${Object.entries(c.columns).map(([n, [a, b]]) => `${n} ${text(a)} → ${text(b)}`).join(", ")}</li>`)}</ul>
      ${t.warnings.map((w) => html`<p class="quiet">${w}</p>`)}`)}
    <footer><button type="button" onClick=${onClose}>Cancel</button><${Act} disabled=${!pasted.trim() && !file} act=${check}>See what changes<//>
      <${Act} kind="primary" disabled=${!diff} act=${save}>Save<//></footer><//>`;
}

/** Tab-separated cells, as a spreadsheet copies them, as CSV. */
export function asCsv(pasted) {
  if (!pasted.includes("\t")) return pasted;
  return pasted.trim().split(/\r?\n/).map((line) => line.split("\t").map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")).join("\n");
}
