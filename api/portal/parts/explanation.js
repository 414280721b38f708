// What a number was made from, and what those numbers were made from in turn.

import { html, useState } from "../vendor/htm-preact.js";
import { ApiError, get } from "../client.js";
import { Loaded, Table, text, useLoad } from "../ui.js";

/** The rule of a column, the columns that it names and the rows behind this very value, each leading further down. */
export function Explanation({ table, schema, row, column }) {
  const key = schema.primary_key.map((name) => quoted(String(row[name]))).join(",");
  const [path, setPath] = useState([`/api/explain/${encodeURIComponent(table)}/${encodeURIComponent(key)}/${encodeURIComponent(column.name)}`]);
  const address = path.at(-1);
  const found = useLoad(() => get(address)
    .catch((error) => { if (error instanceof ApiError && error.status === 404) return null; throw error; }), [address]);
  const follow = (to) => setPath([...path, to]);
  return html`
    ${path.length > 1 && html`<p><button type="button" onClick=${() => setPath(path.slice(0, -1))}>Back</button></p>`}
    <${Loaded} of=${found}>${(answer) => (answer
      ? html`<${Answer} key=${address} answer=${answer} follow=${follow} deep=${path.length > 1} />`
      : html`<p>${column.description}</p><p class="quiet">This row is not in the published tables any more.</p>`)}<//>`;
}

function Answer({ answer, follow, deep }) {
  const { rows, operands } = answer;
  return html`
    ${deep && html`<h3>${answer.table} · ${answer.column}: ${text(answer.value)}</h3><p class="quiet">${answer.key}</p>`}
    <p>${answer.meaning}${answer.unit ? ` (${answer.unit})` : ""}</p>
    ${answer.formula && html`<p><strong>Formula:</strong> ${answer.formula}</p>`}
    ${answer.source && html`<p><strong>Source:</strong> ${answer.source}</p>`}
    ${operands.length > 0 && html`<${Table} caption="The columns that it names" rows=${operands} columns=${[
      { name: "column", label: "column", cell: (o) => html`<button type="button" class="cell" onClick=${() => follow(o.explain)}>${o.column}</button>` },
      { name: "value", label: "value", numeric: true }]} />`}
    ${rows.length > 0 && html`<p>${rowCount(answer)}</p>
      <${Table} caption="The rows behind it" rows=${rows} columns=${columnsOf(rows, follow)} />`}
    ${rows.length === 0 && operands.length === 0 && html`<p class="quiet">${
      answer.formula || answer.made_from ? "No published row adds to this one." : "This is as it was recorded."}</p>`}`;
}

function rowCount({ rows, total }) {
  const all = `${total} ${total === 1 ? "row" : "rows"}`;
  return rows.length < total ? `The first ${rows.length} of ${all} behind it` : `${all} behind it`;
}

function quoted(value) {
  return value.includes(",") ? `"${value}"` : value;
}

/** The name of whoever a row is about, where it has one. */
function subject({ row }) {
  return row.player_name ?? row.scorer_name ?? row.shooter_name ?? row.winner_name ?? row.player_full_name ?? row.team_name ?? null;
}

function columnsOf(rows, follow) {
  const columns = [
    { name: "table", label: "table" },
    { name: "key", label: "row", cell: (r) => (r.explain ? html`<button type="button" class="cell" onClick=${() => follow(r.explain)}>${r.key}</button>` : r.key) },
    { name: "who", label: "who", cell: subject, has: (r) => subject(r) !== null },
    { name: "contributes", label: "adds", numeric: true, cell: (r) => `${text(r.contributes)}${r.divides ? " below the line" : ""}` },
    { name: "game_id", label: "game", numeric: true, cell: (r) => html`<a href=${`#game/${r.game_id}`}>${r.game_id}</a>` },
    { name: "period", label: "period", numeric: true },
    { name: "clock", label: "clock", numeric: true },
    { name: "video_second", label: "video s", numeric: true },
  ];
  return columns.filter(({ name, has }) => rows.some(has ?? ((r) => r[name] !== null)));
}
