// Corrections: a grid over the league's tables. What is entered here wins over the files, from the next run on.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { get, post, put, remove, sendFile } from "../client.js";
import { Grid, Together } from "../parts/grid.js";
import { nameWith } from "../parts/names.js";
import { LEAGUE_TABLES, PendingBar } from "../parts/pending.js";
import { For, useMay } from "../roles.js";
import { Act, ActForm, Badge, Confirm, Dialog, Loaded, Pager, text, useLoad } from "../ui.js";

const LIMIT = 50;
const FIRST = {
  dim_player: ["player_full_name", "player_first_name", "player_last_name", "player_primary_position", "current_skill_rating", "player_norad_current_team", "player_norad_primary_number"],
  dim_schedule: ["game_date", "game_time", "home_team", "away_team", "home_score", "away_score", "game_type"],
  fact_gameroster: ["player_full_name", "team_name", "player_game_number", "player_position", "goals", "assist", "pim", "goals_against"],
};
const staging = (name) => `/api/staging/blb-tables/${encodeURIComponent(name)}`;

export default function Corrections(where) {
  return html`<h1>Corrections</h1>
    <p class="lead">What you enter here wins over the files, and stays so. It reaches the site with the next run.</p>
    <${For} role="operator" what="To see and make corrections"><${Staged} ...${where} /><//>`;
}

function Staged({ rest, query }) {
  const names = useLoad(() => get("/api/staging/blb-tables/list"), []);
  const [name = "dim_player"] = rest;
  const [round, setRound] = useState(0); // of changes that may wait for a run
  const [taken, setTaken] = useState(0); // runs that may have taken them up
  return html`<${PendingBar} round=${round} onDone=${() => setTaken((n) => n + 1)} />
    <${Loaded} of=${names}>${(all) => html`<${Tables} names=${all} name=${name} /><${Rows} key=${name} name=${name} query=${query} taken=${taken} onChange=${() => setRound((n) => n + 1)} />`}<//>`;
}

function Tables({ names, name }) {
  const others = names.filter((n) => !LEAGUE_TABLES[n]);
  const go = (chosen) => { if (chosen) location.hash = `#corrections/${chosen}`; };
  return html`<nav class="tablist" aria-label="Tables">${Object.entries(LEAGUE_TABLES).filter(([n]) => names.includes(n))
    .map(([n, label]) => html`<a href=${`#corrections/${n}`} aria-current=${n === name ? "page" : undefined}>${label}</a>`)}
    ${others.length > 0 && html`<label class="row quiet">Others <select value=${others.includes(name) ? name : ""} onChange=${(e) => go(e.target.value)}><option value="">choose …</option>${others.map((n) => html`<option value=${n} selected=${n === name}>${n}</option>`)}</select></label>`}</nav>`;
}

function Rows({ name, query, taken, onChange }) {
  const [search, setSearch] = useState(query.get("search") ?? "");
  const [asked, setAsked] = useState({ search: query.get("search") ?? "", staged_only: false, offset: 0 });
  const page = useLoad(() => get(staging(name), { ...asked, limit: LIMIT }), [name, taken, JSON.stringify(asked)]);
  const [editing, setEditing] = useState(null);
  const [pasting, setPasting] = useState(false);
  const mayClear = useMay("admin");
  const [clearing, setClearing] = useState(false);
  const refresh = () => { page.reload(); onChange(); };
  const done = () => { setEditing(null); setPasting(false); refresh(); };
  const [undone, setUndone] = useState({}); // what stands without a correction, by key: such a row keeps its place, as no click is to meet another
  useEffect(() => setUndone({}), [page.data]);
  const undo = async (p, row) => {
    const key = keyOf(p, row);
    await remove(`${staging(name)}/rows`, { key });
    const { rows: found } = await get(staging(name), { search: key.at(-1), limit: LIMIT });
    const stands = found.find((r) => String(keyOf(p, r)) === String(key)) ?? { cells: Object.fromEntries(p.key.map((k, i) => [k, key[i]])) };
    setUndone((all) => ({ ...all, [key]: { ...stands, isUndone: true } }));
    onChange();
  };
  const saveAll = async (p, changed) => {
    for (const { row, changes } of changed) await save(name, p.key, row, changes);
    refresh();
  };
  return html`<section class="card">
    <div class="toolbar">
      <form class="row low" onSubmit=${(e) => { e.preventDefault(); setAsked({ ...asked, search, offset: 0 }); }}>
        <label class="field">Search<input type="search" value=${search} onInput=${(e) => setSearch(e.target.value)} /></label><button>Search</button>
        <label class="check"><input type="checkbox" checked=${asked.staged_only} onChange=${(e) => setAsked({ ...asked, staged_only: e.target.checked, offset: 0 })} />only corrections</label></form>
      <span class="end"><button type="button" onClick=${() => setEditing({ row: { cells: {} }, isNew: true })}>New row</button>
        <button type="button" onClick=${() => setPasting(true)}>Paste or import</button></span></div>
    <${Loaded} of=${page}>${(loaded) => { const p = without(loaded, undone); return html`
      <p class="row"><${Badge} tone=${p.staged ? "busy" : ""}>${corrections(p.staged)}<//>${p.pending > 0 && html`<${Badge} tone="busy">${p.pending} not published yet<//>`}
        ${mayClear && p.staged > 0 && html`<button type="button" class="plain" onClick=${() => setClearing(true)}>Take all back …</button>`}
        <span class="quiet">Type into the cells, or paste a block of them; corrected rows are coloured.</span></p>
      <${Grid} caption=${LEAGUE_TABLES[name] ?? name} rows=${p.rows} keys=${p.key} columns=${shownColumns(name, p)} companions=${(row, changes) => nameWith(row.cells, changes, p.columns)} empty=${asked.search || asked.staged_only ? "No row fits." : html`Nothing here yet: bring the league's workbook under <a href="#run">Run</a>, or enter a new row.`} save=${(changed) => saveAll(p, changed)}
        act=${(r) => html`<span class="row"><button type="button" aria-label=${`Edit ${p.key.map((k) => r.cells[k]).join(" ")}`} onClick=${() => setEditing({ row: r })}>Edit</button>
          ${r.staged && html`<${Act} title="What the files say stands again" label=${`Undo ${p.key.map((k) => r.cells[k]).join(" ")}`} act=${() => undo(p, r)}>Undo<//>`}${r.isUndone && html`<${Badge}>taken back<//>`}</span>`} />
      <${Pager} total=${p.total} limit=${LIMIT} offset=${asked.offset} onOffset=${(offset) => setAsked({ ...asked, offset })} />
      ${editing && html`<${Editor} name=${name} page=${p} editing=${editing} onClose=${() => setEditing(null)} onDone=${done} />`}`; }}<//>
    ${pasting && html`<${Paste} name=${name} onClose=${() => setPasting(false)} onDone=${done} />`}
    ${clearing && html`<${Confirm} title="Take all corrections back?" verb="Take them back" keep="Keep them" onClose=${() => setClearing(false)}
      act=${async () => { await remove(staging(name), { confirm: true }); refresh(); }}>
      <p>This deletes ${page.data && corrections(without(page.data, undone).staged)} of ${LEAGUE_TABLES[name] ?? name}. What the files say stands again from the next run on.</p><//>`}
  </section>`;
}

const corrections = (count) => `${count} ${count === 1 ? "correction" : "corrections"}`;
const keyOf = (page, row) => page.key.map((k) => row.cells[k]);

/** The page with the rows in `undone` as they stand now, each where it was. */
function without(page, undone) {
  const gone = page.rows.filter((r) => undone[keyOf(page, r)]);
  return { ...page, rows: page.rows.map((r) => undone[keyOf(page, r)] ?? r), staged: page.staged - gone.length, pending: page.pending - gone.filter((r) => r.pending).length };
}

/** Stages some cells of one row; null empties one. */
const save = (name, key, row, updates) => put("/api/staging/blb-tables/update", { table_name: name, filters: Object.fromEntries(key.map((k) => [k, row.cells[k]])), updates });

/** The key, what people look for first, then every column that holds anything. */
function shownColumns(name, page) {
  const used = page.columns.filter((c) => page.rows.some((r) => r.cells[c] !== null && r.cells[c] !== undefined));
  return [...new Set([...page.key, ...(FIRST[name] ?? []), ...used])];
}

function Editor({ name, page, editing, onClose, onDone }) {
  const { row, isNew } = editing;
  const [cells, setCells] = useState({});
  const [isTogether, setIsTogether] = useState(true);
  const value = (c) => cells[c] ?? row.cells[c] ?? "";
  const changed = Object.entries(cells).filter(([c, v]) => v !== String(row.cells[c] ?? ""));
  const typed = Object.fromEntries(changed.map(([c, v]) => [c, v === "" ? null : v]));
  const along = nameWith(row.cells, typed, page.columns);
  const changes = isTogether ? { ...typed, ...along } : typed;
  const submit = async () => {
    if (isNew) await post("/api/staging/blb-tables/upload", { table_name: name, data: [changes] });
    else await save(name, page.key, row, changes);
    onDone();
  };
  const columns = [...new Set([...page.key, ...(FIRST[name] ?? []), ...page.columns])];
  return html`<${Dialog} title=${isNew ? "New row" : `Edit ${page.key.map((k) => row.cells[k]).join(" ")}`} onClose=${onClose}>
    <${ActForm} verb="Save" disabled=${!changed.length} act=${submit} cancel=${onClose}>
      <div class="fields">${columns.map((c) => html`<label>${c.replaceAll("_", " ")}<input value=${value(c)} disabled=${!isNew && page.key.includes(c)} onInput=${(e) => setCells({ ...cells, [c]: e.target.value })} /></label>`)}</div>
      ${changed.length > 0 && html`<h3>What changes</h3><ul>${Object.entries(changes).map(([c, v]) => html`<li>${c.replaceAll("_", " ")}: ${text(row.cells[c] ?? null)} → <strong>${v ?? "empty"}</strong> ${!(c in typed) && html`<${Badge} tone="busy">goes with it<//>`}</li>`)}</ul>`}
      ${Object.keys(along).length > 0 && html`<${Together} isTogether=${isTogether} onChange=${setIsTogether} />`}<//><//>`;
}

function Paste({ name, onClose, onDone }) {
  const [pasted, setPasted] = useState("");
  const [file, setFile] = useState(null);
  const [diff, setDiff] = useState(null);
  const source = () => file ?? new File([asCsv(pasted)], `${name}.csv`, { type: "text/csv" });
  const fields = file?.name.endsWith(".xlsx") ? {} : { table_name: name };
  const check = async () => setDiff(await sendFile("/api/staging/blb-tables/upload-file", source(), { ...fields, dry_run: true }));
  const store = async () => { await sendFile("/api/staging/blb-tables/upload-file", source(), fields); onDone(); };
  return html`<${Dialog} title="Paste or import" onClose=${onClose}>
    <label class="field">Cells copied from a spreadsheet, the first line with the columns' names<textarea rows="8" value=${pasted} onInput=${(e) => { setPasted(e.target.value); setFile(null); setDiff(null); }}></textarea></label>
    <label class="field">or a file (.csv, .xlsx)<input type="file" accept=".csv,.xlsx" onChange=${(e) => { setFile(e.target.files[0] ?? null); setDiff(null); }} /></label>
    ${diff && diff.tables.map((t) => html`<h3>${t.table_name}: ${t.added_count} new, ${t.changed_count} changed</h3>
      <ul>${t.added.slice(0, 30).map((row) => html`<li>new: ${Object.entries(row).filter(([, v]) => v !== null).map(([n, v]) => `${n} ${text(v)}`).join(", ")}</li>`)}
        ${t.changed.slice(0, 30).map((c) => html`<li>${Object.values(c.key).join(" ")}: ${Object.entries(c.columns).map(([n, [a, b]]) => `${n} ${text(a)} → ${text(b)}`).join(", ")}</li>`)}</ul>
      ${t.warnings.map((w) => html`<p class="quiet">${w}</p>`)}`)}
    <footer><button type="button" onClick=${onClose}>Cancel</button><${Act} disabled=${!pasted.trim() && !file} act=${check}>See what changes<//>
      <${Act} kind="primary" disabled=${!diff} act=${store}>Save<//></footer><//>`;
}

/** Tab-separated cells, as a spreadsheet copies them, as CSV. */
export function asCsv(pasted) {
  if (!pasted.includes("\t")) return pasted;
  return pasted.trim().split(/\r?\n/).map((line) => line.split("\t").map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")).join("\n");
}
