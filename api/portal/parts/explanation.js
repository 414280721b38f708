// What a number was made from: its rule, the columns that the rule names, and the rows behind it, each with its own in turn.

import { html, useState } from "../vendor/htm-preact.js";
import { ApiError, get } from "../client.js";
import { Loaded, Table, text, useLoad } from "../ui.js";

const address = (table, key, column) => `/api/explain/${[table, key, column].map(encodeURIComponent).join("/")}`;
const quoted = (value) => (value.includes(",") ? `"${value}"` : value);

/** Begins at a cell of a table and leads on, by the addresses that each answer has, to the events. */
export function Explanation({ table, schema, row, column }) {
  const key = schema.primary_key.map((name) => quoted(String(row[name]))).join(",");
  const [path, setPath] = useState([address(table, key, column.name)]);
  const found = useLoad(() => get(path.at(-1)).catch((error) => {
    if (error instanceof ApiError && error.status === 404) return { isUnknown: true };
    throw error;
  }), [path.at(-1)]);
  const follow = (next) => setPath([...path, next]);
  return html`${path.length > 1 && html`<p><button type="button" class="small" onClick=${() => setPath(path.slice(0, -1))}>Back</button></p>`}
    <${Loaded} of=${found}>${(answer) => (answer.isUnknown
      ? html`<p>${column.description}</p><p class="quiet">This row is not in the published tables any more.</p>`
      : html`<${Answer} key=${path.at(-1)} of=${answer} follow=${follow} isFirst=${path.length === 1} />`)}<//>`;
}

function Answer({ of, follow, isFirst }) {
  return html`${!isFirst && html`<h3>${of.table} · ${of.column}: ${text(of.value)}</h3>`}
    <p>${of.meaning}${of.unit ? ` (${of.unit})` : ""}</p>
    ${of.formula && html`<p><strong>Formula:</strong> ${of.formula}</p>`}
    ${of.source && html`<p class="quiet">After ${of.source}</p>`}
    ${of.operands.length > 0 && html`<${Table} caption="The columns that the formula names" rows=${of.operands} columns=${[
      { name: "column", label: "Column", cell: (o) => html`<button type="button" class="cell" onClick=${() => follow(o.explain)}>${o.column}</button>` },
      { name: "value", label: "Value", numeric: true }]} />`}
    ${of.made_from && html`<p><strong>Made from</strong> ${of.made_from}.</p>`}
    ${of.rows.length > 0 && html`<${Table} kind="wide" caption="The rows behind it" rows=${of.rows} rowKey=${(r) => `${r.table} ${r.key}`} columns=${columnsOf(of.rows, follow)} />
      <p class="quiet">${of.rows.length} of ${of.total} rows${of.amount !== null ? `; together ${text(of.amount)}` : ""}</p>`}
    ${!of.rows.length && !of.operands.length && html`<p class="quiet">${of.formula || of.made_from
      ? "No published row adds to this one." : "It stands as it was read: no other row is behind it."}</p>`}`;
}

const HIDDEN = /^period$|_id$|_key$|_index$|^time_start|^game_seconds$|_venue$/;

function columnsOf(rows, follow) {
  const named = [...new Set(rows.flatMap((r) => Object.keys(r.row)))]
    .filter((name) => !HIDDEN.test(name) && rows.some((r) => r.row[name] !== null && r.row[name] !== undefined && r.row[name] !== false)).slice(0, 8);
  const has = (name) => rows.some((r) => r[name] !== null && r[name] !== undefined);
  const short = (r) => r.table.replace(/^(fact|dim|qa)_/, "").replaceAll("_", " ");
  return [
    { name: "key", label: "Row", cell: (r) => (r.explain
      ? html`<button type="button" class="cell" title=${`${r.table} ${r.key}`} aria-label=${`Explain ${r.key}`} onClick=${() => follow(r.explain)}>${short(r)}</button>`
      : html`<span title=${`${r.table} ${r.key}`}>${short(r)}</span>`) },
    has("game_id") && { name: "game_id", label: "Game", cell: (r) => html`<a href=${`#game/${r.game_id}`}>${r.game_id}</a>` },
    has("clock") && { name: "clock", label: "Clock", numeric: true, cell: (r) => (r.clock ? `${r.period}. ${r.clock}` : text(r.period)) },
    has("video_second") && { name: "video_second", label: "Video second", numeric: true },
    { name: "contributes", label: "Adds", numeric: true, cell: (r) => `${text(r.contributes)}${r.divides ? " below the line" : ""}` },
    ...named.map((name) => ({ name, label: name.replaceAll("_", " "), numeric: typeof rows[0].row[name] === "number", cell: (r) => text(r.row[name]) })),
  ].filter(Boolean);
}
