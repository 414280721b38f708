// The published tables: find, sort, filter, understand, take away.

import { html, useState } from "../vendor/htm-preact.js";
import { download, get, needLeague } from "../client.js";
import { Explanation } from "../parts/explanation.js";
import { Act, Badge, Dialog, Loaded, Pager, Table, text, useLoad } from "../ui.js";

const LIMIT = 50;
const OPERATORS = [["eq", "is"], ["neq", "is not"], ["ilike", "contains"], ["gt", "more than"], ["lt", "less than"], ["is.null", "is empty"], ["not.is.null", "is not empty"]];
const LISTS = [["in", "is one of"], ["not.in", "is none of"]]; // which links of the portal set
const RESERVED = new Set(["sort", "search", "offset"]);
const CATEGORIES = { dim: "Who and what", fact: "What happened", qa: "What is doubtful", lookup: "Look-ups" };

const plain = (words) => words.replaceAll("`", "");

/** A name that may break after its underscores. */
const Name = ({ of }) => of.split("_").map((part, i) => (i ? html`_<wbr />${part}` : part));

const LONG = 40; // characters, from which on the cells of a column wrap

export default function Data({ rest, query }) {
  const [name] = rest;
  const tables = useLoad(async () => { await needLeague(); return get("/api/tables"); }, []);
  const [wanted, setWanted] = useState("");
  return html`<h1>Data</h1><${Loaded} of=${tables}>${(all) => html`<div class="side">
    <nav class="card" aria-label="Tables"><label class="field">Find a table<input type="search" value=${wanted} onInput=${(e) => setWanted(e.target.value)} /></label>
      ${Object.entries(CATEGORIES).map(([category, label]) => {
        const found = all.filter((t) => t.category === category && `${t.name} ${t.description}`.toLowerCase().includes(wanted.toLowerCase()));
        return found.length > 0 && html`<h3>${label}</h3><ul>${found.map((t) => html`<li><a href=${`#data/${t.name}`} title=${t.description} aria-current=${t.name === name ? "page" : undefined}><span><${Name} of=${t.name} /></span> <span class="quiet">${t.rows.toLocaleString()}</span></a></li>`)}</ul>`;
      })}</nav>
    <div>${name ? html`<${Browser} key=${name} name=${name} query=${query} info=${all.find((t) => t.name === name)} />`
      : html`<${Overview} tables=${all} />`}</div>
  </div>`}<//>`;
}

/** What people look for, for whom the names of the tables say little. */
const FIRST = [["fact_player_season_stats_basic", "Players, season by season"], ["fact_team_season_stats_basic", "Teams, season by season"], ["fact_goalie_season_stats_basic", "Goalies, season by season"],
  ["fact_player_game_stats", "Players in tracked games"], ["fact_gameroster", "Game sheets"], ["dim_schedule", "Schedule and scores"], ["fact_goals", "Goals"], ["qa_input_flags", "What was doubtful in the files"]];

function Overview({ tables }) {
  const first = FIRST.map(([name, label]) => ({ label, ...tables.find((t) => t.name === name) })).filter((t) => t.name);
  return html`<section class="card"><p>Each table says what a row is and what each column means. Click a figure to see what it was made from.</p>
    <${Table} caption="Where to begin" rows=${first} columns=${[{ name: "label", label: "Begin with", kind: "short", cell: (t) => html`<a href=${`#data/${t.name}`}>${t.label}</a>` }, { name: "description", label: "What it holds", cell: (t) => plain(t.description) }, { name: "rows", label: "Rows", numeric: true, cell: (t) => t.rows.toLocaleString() }]} /></section>`;
}

function Browser({ name, query, info }) {
  const schema = useLoad(() => get(`/api/tables/${encodeURIComponent(name)}/schema`), [name]);
  const asked = Object.fromEntries(query);
  const page = useLoad(() => get(`/api/tables/${encodeURIComponent(name)}`, { ...asked, limit: LIMIT }), [name, query.toString()]);
  const [search, setSearch] = useState(asked.search ?? "");
  const [shown, setShown] = useState(null);
  const go = (changes) => {
    const next = new URLSearchParams(Object.entries({ ...asked, offset: "", ...changes }).filter(([, v]) => v !== "" && v !== undefined));
    location.hash = `#data/${encodeURIComponent(name)}${next.size ? `?${next}` : ""}`;
  };
  return html`<section class="card"><div class="row spread"><h2><${Name} of=${name} /></h2><${Act} act=${() => download(`/api/tables/${encodeURIComponent(name)}`, { ...asked, format: "csv", offset: "" }, `${name}.csv`)}>Download CSV<//></div>
    <p>${info && plain(info.description)}</p>
    <${Loaded} of=${schema}>${(s) => html`
      <div class="toolbar"><form class="row low" onSubmit=${(e) => { e.preventDefault(); go({ search }); }}>
        <label class="field">Search all text<input type="search" value=${search} onInput=${(e) => setSearch(e.target.value)} /></label><button>Search</button></form>
      <${Filters} columns=${s.columns} go=${go} /></div>
      <${Standing} asked=${asked} go=${go} />
      <details><summary>What the columns mean</summary><p>One row is: ${s.grain}. Key: ${s.primary_key.join(", ")}.</p>
        <${Table} caption="Columns" rows=${s.columns} columns=${[{ name: "name", label: "Column" }, { name: "type", label: "Type" }, { name: "unit", label: "Unit", cell: (c) => c.unit ?? "" }, { name: "description", label: "Meaning", cell: (c) => plain(c.description) }]} /></details>
      <${Loaded} of=${page}>${(p) => html`
        <${Table} kind="wide" caption=${name} rows=${p.rows} sort=${asked.sort} onSort=${(sort) => go({ sort })} empty="No row fits."
          columns=${s.columns.map((c) => ({ name: c.name, label: c.name, title: plain(c.description), kind: p.rows.some((r) => String(r[c.name] ?? "").length > LONG) ? "long" : "", numeric: ["integer", "bigint", "numeric"].includes(c.type) && !c.name.endsWith("_id"),
            cell: (row) => html`<${Cell} column=${c} row=${row} onShow=${() => setShown({ column: c, row })} />` }))} />
        <${Pager} total=${p.total} limit=${LIMIT} offset=${Number(asked.offset ?? 0)} onOffset=${(offset) => go({ offset: String(offset) })} />`}<//>
      ${shown && html`<${Dialog} title=${`${shown.column.name} = ${text(shown.row[shown.column.name])}`} key=${shown.column.name} onClose=${() => setShown(null)}>
        <${Explanation} table=${name} schema=${s} row=${shown.row} column=${shown.column} /><//>`}`}<//></section>`;
}

function Cell({ column, row, onShow }) {
  const value = row[column.name];
  if (value === null) return html`<span class="quiet">–</span>`;
  if (column.name === "game_id") return html`<a href=${`#game/${value}`}>${value}</a>`;
  if (["integer", "numeric", "bigint"].includes(column.type)) return html`<button type="button" class="cell" title="What is this made from?" onClick=${onShow}>${text(value)}</button>`;
  return text(value);
}

function Filters({ columns, go }) {
  const [column, setColumn] = useState(columns[0]?.name);
  const [operator, setOperator] = useState("eq");
  const [value, setValue] = useState("");
  const add = (e) => {
    e.preventDefault();
    const needsNone = operator.includes("is.");
    go({ [column]: needsNone ? operator : operator === "ilike" ? `ilike.*${value}*` : `${operator}.${value}` });
  };
  return html`<form class="row low" onSubmit=${add}>
    <label class="field">Column<select value=${column} onChange=${(e) => setColumn(e.target.value)}>${columns.map((c) => html`<option value=${c.name}>${c.name}</option>`)}</select></label>
    <label class="field">Condition<select value=${operator} onChange=${(e) => setOperator(e.target.value)}>${OPERATORS.map(([code, label]) => html`<option value=${code}>${label}</option>`)}</select></label>
    ${!operator.includes("is.") && html`<label class="field">Value<input value=${value} onInput=${(e) => setValue(e.target.value)} required /></label>`}
    <button>Add filter</button></form>`;
}

/** A condition of the address as people read it. */
function words(condition) {
  const [code, label] = [...OPERATORS, ...LISTS].find(([operator]) => condition === operator || condition.startsWith(`${operator}.`)) ?? [];
  return code ? `${label} ${condition.slice(code.length + 1).replace(/^[*(]|[*)]$/g, "").replaceAll(",", ", ")}`.trim() : condition;
}

/** The filters in force, each to be taken away. */
function Standing({ asked, go }) {
  const filters = Object.entries(asked).filter(([name]) => !RESERVED.has(name));
  return filters.length > 0 && html`<p class="row">${filters.map(([name, condition]) => html`<${Badge} tone="busy">${name} ${words(condition)} <button type="button" class="plain" aria-label=${`Remove the filter on ${name}`} onClick=${() => go({ [name]: "" })}>✕</button><//>`)}</p>`;
}
