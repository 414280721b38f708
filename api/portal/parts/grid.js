// A grid of cells that are edited in place: typing, Tab from cell to cell, and whole blocks pasted from a spreadsheet.

import { html, useState } from "../vendor/htm-preact.js";
import { Act, Dialog, Failure, Table, text } from "../ui.js";

/** A block of cells as a spreadsheet copies it: lines of values; null where it is just one value. */
export function block(pasted) {
  const lines = pasted.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  return lines.length === 1 && lines[0].length === 1 ? null : lines;
}

const same = (value, cell) => value === String(cell ?? "");

/**
 * `rows` are `{cells, staged}`; `keys` name the columns that say which row it is, and are not edited; `save` gets
 * `[{row, changes}]`, where a change to nothing is null; `mayEmpty` says whether cells can be emptied.
 */
export function Grid({ caption, rows, keys, columns, act, save, mayEmpty }) {
  const [draft, setDraft] = useState({}); // new values by row and column
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState(null);
  const idOf = (row) => JSON.stringify(keys.map((k) => row.cells[k]));
  const valueOf = (row, column) => draft[idOf(row)]?.[column] ?? String(row.cells[column] ?? "");
  const put = (entries) => setDraft((before) => {
    const after = { ...before };
    for (const [row, column, value] of entries) after[idOf(row)] = { ...after[idOf(row)], [column]: value };
    return after;
  });
  const editable = columns.filter((c) => !keys.includes(c));
  const paste = (event, row, column) => {
    const cells = block(event.clipboardData.getData("text"));
    if (!cells) return;
    event.preventDefault();
    const [top, left] = [rows.indexOf(row), editable.indexOf(column)];
    const fits = top + cells.length <= rows.length && cells.every((line) => left + line.length <= editable.length);
    setProblem(fits ? null : "Some of the pasted cells lie beyond the last row or column shown here, and were left out.");
    put(cells.flatMap((line, y) => line.map((value, x) => [rows[top + y], editable[left + x], value.trim()])).filter(([r, c]) => r && c));
  };
  const changed = rows.map((row) => ({ row, changes: Object.fromEntries(Object.entries(draft[idOf(row)] ?? {}).filter(([c, v]) => !same(v, row.cells[c])).map(([c, v]) => [c, v === "" ? null : v])) }))
    .filter(({ changes }) => Object.keys(changes).length > 0);
  const cells = changed.reduce((sum, { changes }) => sum + Object.keys(changes).length, 0);
  const discard = () => { setDraft({}); setProblem(null); };
  const emptied = !mayEmpty && changed.some(({ changes }) => Object.values(changes).includes(null));
  return html`
    <${Table} kind="wide" caption=${caption} rows=${rows} rowKey=${idOf} onRow=${(r) => (r.staged ? "staged" : "")} empty="No row fits." columns=${[
      ...keys.map((c) => ({ name: c, label: c.replaceAll("_", " "), cell: (r) => text(r.cells[c]) })),
      { name: "act", label: "", cell: act },
      ...editable.map((c) => ({ name: c, label: c.replaceAll("_", " "), cell: (r) => html`<input aria-label=${`${c} of ${keys.map((k) => r.cells[k]).join(" ")}`} value=${valueOf(r, c)}
        class=${same(valueOf(r, c), r.cells[c]) ? "" : "changed"} onInput=${(e) => put([[r, c, e.target.value]])} onPaste=${(e) => paste(e, r, c)} />` }))]} />
    ${problem && html`<p class="notice busy" role="status">${problem}</p>`}
    ${cells > 0 && html`<div class="notice busy savebar"><div class="row spread"><span role="status">${cells} ${cells === 1 ? "cell" : "cells"} of ${changed.length} ${changed.length === 1 ? "row" : "rows"} changed, not saved yet</span>
      <span class="row"><button type="button" onClick=${discard}>Discard</button><button type="button" class="primary" onClick=${() => setAsking(true)}>See and save …</button></span></div></div>`}
    ${asking && html`<${Dialog} title="What changes" onClose=${() => setAsking(false)}>
      <${Table} caption="What changes" rows=${changed.flatMap(({ row, changes }) => Object.entries(changes).map(([column, value]) => ({ row, column, value })))} columns=${[
        { name: "row", label: "Row", kind: "short", cell: (d) => keys.map((k) => d.row.cells[k]).join(" ") }, { name: "column", label: "Column" },
        { name: "before", label: "Before", cell: (d) => text(d.row.cells[d.column] ?? null) }, { name: "after", label: "After", cell: (d) => html`<strong>${d.value ?? "empty"}</strong>` }]} />
      ${emptied && html`<${Failure} error=${{ message: "Cells of this table cannot be emptied here", hint: "Write what is right instead, or correct the file." }} />`}
      <footer><button type="button" onClick=${() => setAsking(false)}>Back</button><${Act} kind="primary" disabled=${emptied} act=${async () => { await save(changed); setAsking(false); discard(); }}>Save<//></footer><//>`}`;
}
