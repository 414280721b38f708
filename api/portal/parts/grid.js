// A grid of cells that are edited in place: typing, Tab from cell to cell, and whole blocks pasted from a spreadsheet.

import { html, useState } from "../vendor/htm-preact.js";
import { Act, Badge, Dialog, Table, text } from "../ui.js";

/** A block of cells as a spreadsheet copies it: lines of values; null where it is just one value. */
export function block(pasted) {
  const lines = pasted.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  return lines.length === 1 && lines[0].length === 1 ? null : lines;
}

const same = (value, cell) => value === String(cell ?? "");

const [NARROWEST, WIDEST] = [7, 40]; // characters of a cell's line; what is longer wraps

/** How many characters wide the cells of a column are: enough for most of what stands in it. */
const widthOf = (values) => Math.min(WIDEST, Math.max(NARROWEST, ...values.map((value) => value.length + 2)));

/** The cell of the same column `step` rows below. */
function cellBelow(cell, step) {
  const row = cell.closest("tr");
  const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  return next?.children[cell.closest("td").cellIndex]?.querySelector("textarea");
}

/** A cell in which long values wrap; Enter goes down a row, as in a spreadsheet. */
function Cell({ label, value, width, isChanged, onValue, onPaste }) {
  const goDown = (e) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    cellBelow(e.target, e.shiftKey ? -1 : 1)?.focus();
  };
  return html`<textarea aria-label=${label} rows=${Math.ceil(Math.max(1, value.length) / width)} style=${{ width: `calc(${width}ch + 1rem)` }} spellcheck="false"
    class=${isChanged ? "changed" : ""} value=${value} onKeyDown=${goDown} onInput=${(e) => onValue(e.target.value.replace(/[\r\n]+/g, " "))} onPaste=${onPaste} />`;
}

/**
 * `rows` are `{cells, staged}`; `keys` name the columns that say which row it is, and are not edited; `save` gets
 * `[{row, changes}]`, where a change to nothing is null; `companions` gives what goes with a row's changes, by column.
 */
export function Grid({ caption, rows, keys, columns, act, save, empty, companions = () => ({}) }) {
  const [draft, setDraft] = useState({}); // new values by row and column
  const [asking, setAsking] = useState(false);
  const [isTogether, setIsTogether] = useState(true);
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
  const completed = changed.map((one) => ({ ...one, along: companions(one.row, one.changes) }));
  const hasAlong = completed.some(({ along }) => Object.keys(along).length > 0);
  const toSave = completed.map(({ row, changes, along }) => ({ row, changes: isTogether ? { ...along, ...changes } : changes }));
  const widths = Object.fromEntries(editable.map((c) => [c, widthOf(rows.map((r) => valueOf(r, c)))]));
  return html`
    <${Table} kind="wide" caption=${caption} rows=${rows} rowKey=${idOf} onRow=${(r) => (r.staged ? "staged" : "")} empty=${empty} columns=${[
      ...keys.map((c) => ({ name: c, label: c.replaceAll("_", " "), cell: (r) => text(r.cells[c]) })),
      { name: "act", label: "", cell: act },
      ...editable.map((c) => ({ name: c, label: c.replaceAll("_", " "), cell: (r) => html`<${Cell} label=${`${c} of ${keys.map((k) => r.cells[k]).join(" ")}`} value=${valueOf(r, c)} width=${widths[c]}
        isChanged=${!same(valueOf(r, c), r.cells[c])} onValue=${(value) => put([[r, c, value]])} onPaste=${(e) => paste(e, r, c)} />` }))]} />
    ${problem && html`<p class="notice busy" role="status">${problem}</p>`}
    ${cells > 0 && html`<div class="notice busy savebar"><div class="row spread"><span role="status">${cells} ${cells === 1 ? "cell" : "cells"} of ${changed.length} ${changed.length === 1 ? "row" : "rows"} changed, not saved yet</span>
      <span class="row"><button type="button" onClick=${discard}>Discard</button><button type="button" class="primary" onClick=${() => setAsking(true)}>See and save …</button></span></div></div>`}
    ${asking && html`<${Dialog} title="What changes" onClose=${() => setAsking(false)}>
      <${Table} caption="What changes" rows=${completed.flatMap(({ row, changes, along }) => [...lines(row, changes), ...(isTogether ? lines(row, along, true) : [])])} columns=${[
        { name: "column", label: "What", cell: (d) => html`${d.column.replaceAll("_", " ")} <span class="quiet">of ${keys.map((k) => d.row.cells[k]).join(" ")}</span> ${d.isAlong && html`<${Badge} tone="busy">goes with it<//>`}` },
        { name: "before", label: "Before", cell: (d) => text(d.row.cells[d.column] ?? null) }, { name: "after", label: "After", cell: (d) => html`<strong>${d.value ?? "empty"}</strong>` }]} />
      ${hasAlong && html`<${Together} isTogether=${isTogether} onChange=${setIsTogether} />`}
      <footer><button type="button" onClick=${() => setAsking(false)}>Back</button><${Act} kind="primary" act=${async () => { await save(toSave); setAsking(false); discard(); }}>Save<//></footer><//>`}`;
}

const lines = (row, changes, isAlong = false) => Object.entries(changes).map(([column, value]) => ({ row, column, value, isAlong }));

/** Whether what goes with a change is changed too. */
export const Together = ({ isTogether, onChange }) => html`<label class="check"><input type="checkbox" checked=${isTogether} onChange=${(e) => onChange(e.target.checked)} />
  <span>Change whole name, first and last name together<br /><span class="quiet">They stand in columns of their own. Without the tick only what you typed is changed.</span></span></label>`;
