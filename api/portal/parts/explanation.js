// What a number was made from.

import { html } from "../vendor/htm-preact.js";
import { ApiError, get } from "../client.js";
import { Loaded, Table, clock, useLoad } from "../ui.js";

/** The rule of a column and, where the API knows them, the rows behind this very value. */
export function Explanation({ table, schema, row, column }) {
  const key = schema.primary_key.map((name) => row[name]).join(",");
  const found = useLoad(() => get(`/api/explain/${encodeURIComponent(table)}/${encodeURIComponent(key)}/${encodeURIComponent(column.name)}`)
    .catch((error) => { if (error instanceof ApiError && error.status === 404) return null; throw error; }), [table, key, column.name]);
  return html`<p>${column.description}${column.unit ? ` (${column.unit})` : ""}</p>
    ${column.formula && html`<p><strong>Formula:</strong> ${column.formula}</p>`}
    <${Loaded} of=${found}>${(answer) => (answer?.rows?.length ? html`
      <p>${answer.rule}</p><${Table} caption="The rows behind it" rows=${answer.rows} columns=${columnsOf(answer.rows)} />`
      : html`<p class="quiet">The rows behind this one are not listed; the table's other columns and its games say more.</p>`)}<//>`;
}

function columnsOf(rows) {
  const names = Object.keys(rows[0]).filter((name) => rows.some((r) => r[name] !== null && typeof r[name] !== "object"));
  return names.map((name) => ({ name, label: name.replaceAll("_", " "), numeric: typeof rows[0][name] === "number",
    cell: name === "clock" || name.endsWith("clock_seconds") ? (r) => (typeof r[name] === "number" ? clock(r[name]) : r[name])
      : name === "game_id" ? (r) => html`<a href=${`#game/${r.game_id}`}>${r.game_id}</a>` : undefined }));
}
