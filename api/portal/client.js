// The one way to the API: addresses, credentials, errors, how many requests are under way, and whether it answers at all.

import { credentials, currentToken, renewed } from "./session.js";

export { credentials };

const configured = document.querySelector('meta[name="benchsight-api"]').content.replace(/\/+$/, "");
export const API = configured || location.origin;
const PROBE_MS = 2000;
const HEARTBEAT_MS = 15_000;

/** What the API answered instead of what was asked for. `message` is its `detail`, one readable sentence. */
export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    super(typeof body?.detail === "string" ? body.detail : `The server answered ${status}`);
    this.status = status;
    this.body = body;
    this.code = body?.code;
    this.errors = body?.errors ?? [];
    this.requestId = body?.request_id;
    this.retryAfter = retryAfter;
  }
}

/** No answer at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer");
    this.hint = configured ? `Check that ${API} runs, that you are online, and that its CORS_ORIGINS has ${location.origin}.`
      : "Check that the server runs and that you are online. This page goes on by itself when it answers.";
  }
}

let underWay = 0;
const listeners = new Set();

/** Tells `listener` how many requests are under way, whenever that changes. Returns how to stop. */
export function onTraffic(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function count(change) {
  underWay += change;
  for (const listener of listeners) listener(underWay);
}

function address(path, query) {
  const url = new URL(API + path);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") url.searchParams.append(name, one);
    }
  }
  return url;
}

let isUp = true;
const waiting = new Set();

/** Tells `listener` whether the server answers, whenever that changes. Returns how to stop. */
export function onConnection(listener) {
  waiting.add(listener);
  return () => waiting.delete(listener);
}

function noteConnection(answers) {
  if (isUp === answers) return;
  isUp = answers;
  for (const listener of [...waiting]) listener(isUp);
  if (!isUp) probe();
}

/** Notes that nothing answered, and gives the error to throw. */
export function unanswered() {
  noteConnection(false);
  return new Unreachable();
}

const isAlive = () => fetch(`${API}/api/health`, { cache: "no-store" }).then((answer) => answer.ok, () => false);

async function probe() {
  await new Promise((done) => setTimeout(done, PROBE_MS));
  if (await isAlive()) noteConnection(true);
  else probe();
}

/** Notices that the server is gone while nothing is asked of it. */
export function watchConnection() {
  setInterval(async () => { if (isUp && !document.hidden && !(await isAlive())) noteConnection(false); }, HEARTBEAT_MS);
}

const send = (method, path, query, options, token) => fetch(address(path, query), {
  method, ...options, headers: { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) },
}).then((answer) => { noteConnection(true); return answer; }, (error) => {
  throw error.name === "AbortError" ? error : unanswered();
});

/** The raw answer to a request. Throws `ApiError` on anything but success, `Unreachable` without an answer. */
export async function request(method, path, { query, body, form, headers, signal, quiet } = {}) {
  if (!quiet) count(+1);
  try {
    const sent = { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) };
    const options = { signal, headers: sent, body: form ?? (body === undefined ? undefined : JSON.stringify(body)) };
    const token = await currentToken();
    let answer = await send(method, path, query, options, token);
    if (answer.status === 401 && token && credentials.get()?.supabase) answer = await send(method, path, query, options, (await renewed()).token);
    if (answer.ok || answer.status === 304) return answer;
    if (answer.status === 401 && token) credentials.set(null);
    throw new ApiError(answer.status, await answer.json().catch(() => null), answer.headers.get("Retry-After"));
  } finally {
    if (!quiet) count(-1);
  }
}

const json = async (...wanted) => (await request(...wanted)).json();
export const get = (path, query, options) => json("GET", path, { query, ...options });
export const post = (path, body = {}, options) => json("POST", path, { body, ...options });
export const put = (path, body) => json("PUT", path, { body });
export const remove = (path, query) => json("DELETE", path, { query });

/** A list and how long it is altogether. */
export async function list(path, query) {
  const answer = await request("GET", path, { query });
  return { rows: await answer.json(), total: Number(answer.headers.get("X-Total-Count")) };
}

/** Sends a file, with further fields. */
export function sendFile(path, file, fields = {}) {
  const form = new FormData();
  form.append("file", file);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return json("POST", path, { form });
}

/** The trained models that predictions come from; null before the first training, when nothing is to be asked of them. */
export const trainedModels = async () => (await get("/api/status")).models;

let published; // that a league is; once it is, it stays so

/** Returns when a league is published, before which no table is to be asked for; else throws what the API would answer. */
export function needLeague() {
  const forget = (error) => { published = undefined; throw error; };
  published ??= get("/api/status").then((status) => {
    if (!status.published) throw new ApiError(409, { detail: "Nothing is published yet", code: "nothing_published" });
  }).catch(forget);
  return published;
}

/** Rows of a published table. */
export async function rows(table, query = {}) {
  await needLeague();
  return (await get(`/api/tables/${encodeURIComponent(table)}`, { limit: 1000, ...query })).rows;
}

/** All rows, page by page. */
export async function allRows(table, query = {}) {
  await needLeague();
  const found = [];
  for (;;) {
    const page = await get(`/api/tables/${encodeURIComponent(table)}`, { limit: 1000, ...query, offset: found.length });
    found.push(...page.rows);
    if (!page.rows.length || found.length >= page.total) return found;
  }
}

/** Hands a file to the browser's downloads. */
export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Hands a file that the API gives to the browser's downloads. */
export async function download(path, query, name) {
  save(await (await request("GET", path, { query })).blob(), name);
}
