// Small parts that every page uses. All text goes through Preact, which escapes it.

import { html, useCallback, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { ApiError, Unreachable, onConnection } from "./client.js";

/**
 * Loads something when `keys` change: `{data, error, isLoading, reload}`. An answer that came too late is dropped; what
 * failed because the server was gone is loaded again when it is back.
 */
export function useLoad(load, keys) {
  const [state, setState] = useState({ isLoading: true });
  const latest = useRef(0);
  const run = useCallback(() => {
    const turn = ++latest.current;
    const settle = (next) => turn === latest.current && setState({ isLoading: false, ...next });
    setState((before) => ({ ...before, isLoading: true, error: undefined }));
    Promise.resolve().then(load).then((data) => settle({ data }), (error) => settle({ error }));
  }, keys);
  useEffect(() => {
    run();
    return () => { latest.current++; };
  }, [run]);
  const isAway = state.error instanceof Unreachable;
  useEffect(() => (isAway ? onConnection((isUp) => isUp && run()) : undefined), [isAway, run]);
  return { ...state, reload: run };
}

/** What was loaded, or that it is loading, or why it could not be; `title` heads a page that could not. */
export function Loaded({ of, children, label = "Loading", title }) {
  return html`<div class="loaded">${of.error ? html`${title && html`<h1>${title}</h1>`}<${Failure} error=${of.error} retry=${of.reload} />`
    : of.data === undefined ? html`<p class="waiting" role="status"><span class="spinner"></span>${label} …</p>`
    : children(of.data)}</div>`;
}

const HINTS = {
  401: "Sign in, then try again.",
  403: "Ask an admin of your league for a key with a higher role.",
  404: "It may have been removed since; go back to where you came from.",
  413: "Send it in smaller pieces, or raise MAX_UPLOAD_BYTES on the server.",
  429: "Wait a moment, then try again.",
  503: "The database or the server is starting or gone; try again in a moment.",
};

/** Why something failed and what to do about it. */
export function Failure({ error, retry }) {
  if (error.code === "nothing_published") return html`<p class="notice">Nothing is published yet. <a href="#run">Bring files and run the ETL</a> first.</p>`;
  const hint = error.hint ?? (error instanceof ApiError ? HINTS[error.status] ?? (error.status >= 500 && "Try again; if it stays, show an admin the request's number.") : null);
  return html`<div class="notice bad" role="alert">
    <p><strong>${error.message}</strong></p>
    ${error.errors?.length > 1 && html`<ul>${error.errors.slice(0, 20).map((e) => html`<li>${e.message}</li>`)}</ul>`}
    ${hint && html`<p>${hint}</p>`}
    ${error.requestId && html`<p class="quiet">Request ${error.requestId}</p>`}
    ${retry && html`<button onClick=${retry}>Try again</button>`}
  </div>`;
}

/** `{go, busy, error}` of something that may take a while or fail. */
function useAct(act) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const isMounted = useRef(true);
  useEffect(() => () => { isMounted.current = false; }, []);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (failure) {
      if (isMounted.current) setError(failure);
    } finally {
      if (isMounted.current) setBusy(false);
    }
  };
  return { go, busy, error };
}

/** A button whose act may take a while or fail: it is disabled while busy, and shows the failure beside itself. */
export function Act({ act, children, kind = "", disabled, title, label }) {
  const { go, busy, error } = useAct(act);
  return html`<button type="button" class=${kind} title=${title} aria-label=${label} disabled=${busy || disabled} aria-busy=${busy} onClick=${go}>
      ${busy && html`<span class="spinner"></span>`}${children}</button>
    ${error && html`<${Failure} error=${error} />`}`;
}

/** A form whose act its button or the Enter key starts; `cancel` is a second button's act. */
export function ActForm({ act, verb, children, disabled, kind = "primary", cancel, className = "" }) {
  const { go, busy, error } = useAct(act);
  const submit = (e) => { e.preventDefault(); if (!busy && !disabled) go(); };
  return html`<form class=${className} onSubmit=${submit}>${children}
    ${error && html`<${Failure} error=${error} />`}
    <footer>${cancel && html`<button type="button" onClick=${cancel}>Cancel</button>`}
      <button class=${kind} disabled=${busy || disabled} aria-busy=${busy}>${busy && html`<span class="spinner"></span>`}${verb}</button></footer></form>`;
}

/** A modal dialog; Escape and the cross close it. The focus stays inside while it is open, which <dialog> sees to. */
export function Dialog({ title, onClose, children }) {
  const element = useRef(null);
  useEffect(() => {
    element.current.showModal();
    return () => element.current?.close();
  }, []);
  return html`<dialog ref=${element} aria-label=${title} onCancel=${(e) => { e.preventDefault(); onClose(); }}>
    <header><h2>${title}</h2><button type="button" class="plain" aria-label="Close" onClick=${onClose}>✕</button></header>
    ${children}
  </dialog>`;
}

/** Asks before something is destroyed, and says what. */
export function Confirm({ title, children, verb, act, onClose, keep = "Keep it" }) {
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <div>${children}</div>
    <footer><button type="button" onClick=${onClose}>${keep}</button>
      <${Act} kind="danger" act=${async () => { await act(); onClose(); }}>${verb}<//></footer>
  <//>`;
}

/** How far something is: `percent` from 0 to 100. */
export function Progress({ percent, label }) {
  return html`<div class="progress"><progress max="100" value=${percent} aria-label=${label}></progress><span>${Math.round(percent)} %</span></div>`;
}

export function Badge({ tone = "", children }) {
  return html`<span class=${`badge ${tone}`}>${children}</span>`;
}

const TONES = { completed: "good", failed: "bad", cancelled: "quiet", running: "busy", pending: "busy" };
export const Status = ({ status }) => html`<${Badge} tone=${TONES[status]}>${status}<//>`;

export const text = (value) => (value === null || value === undefined ? "–" : typeof value === "boolean" ? (value ? "yes" : "no")
  : typeof value === "number" && !Number.isInteger(value) ? String(Math.round(value * 1000) / 1000) : String(value));
export const number = (value, digits = 0) => (value === null || value === undefined ? "–" : value.toFixed(digits));
/** A difference with its sign, the true minus of figures. */
export const signed = (value) => (value === null || value === undefined ? "–" : value > 0 ? `+${value}` : String(value).replace("-", "−"));
export const milliseconds = (value) => `${Math.max(1, Math.round(value))} ms`;
/** A share as a percentage; what is nearly nothing or nearly certain is called neither. */
export function percent(share, digits = 0) {
  if (share === null || share === undefined) return "–";
  const shown = (share * 100).toFixed(digits);
  const [low, high] = [10 ** -digits, 100 - 10 ** -digits].map((bound) => bound.toFixed(digits));
  return Number(shown) === 0 && share > 0 ? `<${low} %` : Number(shown) === 100 && share < 1 ? `>${high} %` : `${shown} %`;
}
export const clock = (seconds) => (seconds === null || seconds === undefined ? "–"
  : `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`);

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const unbroken = (words) => words.replaceAll(" ", "\u00a0");

/** A date such as 2026-11-23 as the reader's language writes it, the year where it is not this one; no time zone moves it. */
export function day(iso) {
  if (!iso) return "–";
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  const isThisYear = year === new Date().getFullYear();
  return unbroken(new Date(year, month - 1, date).toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "short", ...(!isThisYear && { year: "numeric" }) }));
}
export const moment = (iso) => (iso ? unbroken(new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })) : "–");

/** Bytes as people read them. */
export const fileSize = (bytes) => (bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

const SESSIONS = { F: "fall", S: "spring" };

/** A season such as 20252026 as people write it: 2025-26, with its session where that is given. */
export function seasonName(season, session) {
  const name = String(season ?? "–").replace(/^(\d{4})\d\d(\d\d)$/, "$1-$2");
  return session ? `${name} ${SESSIONS[session] ?? session}` : name;
}

/** What the short heads of columns mean, for the pointer and for screen readers. */
const MEANINGS = {
  GP: "games played", W: "wins", L: "losses", T: "ties", P: "points", GF: "goals for", GA: "goals against", G: "goals", A: "assists", PIM: "penalty minutes", SO: "shutouts",
  "+/−": "goals for minus goals against", xG: "expected goals", "CF %": "share of shot attempts while on the ice", GAA: "goals against per game", "P/GP": "points per game",
};

/** A table. `columns`: `{name, label, cell?, numeric?, title?}`; `sort` is `name` or `name.desc`, `onSort` takes the next. */
export function Table({ caption, columns, rows, rowKey, sort, onSort, empty = "Nothing here", onRow, kind = "" }) {
  const [by, direction] = (sort ?? "").split(".");
  const header = (column) => {
    const order = by !== column.name ? "none" : direction === "desc" ? "descending" : "ascending";
    const next = by === column.name && direction !== "desc" ? `${column.name}.desc` : column.name;
    return html`<th scope="col" class=${column.numeric ? "numeric" : ""} aria-sort=${onSort ? order : undefined} title=${column.title ?? MEANINGS[column.label]}>
      ${onSort ? html`<button type="button" class="sort" onClick=${() => onSort(next)}>${column.label}<span aria-hidden="true">${{ none: "", ascending: " ▲", descending: " ▼" }[order]}</span></button>` : column.label}</th>`;
  };
  if (!rows.length) return html`<p class="quiet">${empty}</p>`;
  return html`<div class=${`table ${kind}`} tabindex="0" role="region" aria-label=${caption}><table>
    <caption class="hidden">${caption}</caption>
    <thead><tr>${columns.map(header)}</tr></thead>
    <tbody>${rows.map((row, index) => html`<tr key=${rowKey ? rowKey(row) : index} class=${onRow?.(row)}>
      ${columns.map((column) => html`<td class=${[column.numeric && "numeric", column.kind].filter(Boolean).join(" ")}>${column.cell ? column.cell(row) : text(row[column.name])}</td>`)}
    </tr>`)}</tbody></table></div>`;
}

/** Where a page of one thing hangs. */
export const Trail = ({ href, children }) => html`<p class="trail"><a href=${href}>${children}</a></p>`;

/** One figure with what it counts. */
export const Figure = ({ value, label, href }) => html`<div class="figure"><strong>${href ? html`<a href=${href}>${value}</a>` : value}</strong><span>${label}</span></div>`;

/** Previous and next page of a list. */
export function Pager({ total, limit, offset, onOffset, of = "row" }) {
  if (total === 0) return null; // whose list says that it is empty
  if (total <= limit) return html`<p class="quiet">${total} ${total === 1 ? of : `${of}s`}</p>`;
  return html`<nav class="pager" aria-label="Pages">
    <button type="button" disabled=${offset === 0} onClick=${() => onOffset(Math.max(0, offset - limit))}>Previous</button>
    <span>${offset + 1}–${Math.min(total, offset + limit)} of ${total.toLocaleString()}</span>
    <button type="button" disabled=${offset + limit >= total} onClick=${() => onOffset(offset + limit)}>Next</button></nav>`;
}
