// Is everything all right, and what wants attention?

import { html } from "../vendor/htm-preact.js";
import { ApiError, allRows, get, list } from "../client.js";
import { isFinished } from "../jobs.js";
import { NEEDS, readiness } from "../parts/health.js";
import { JobOutcome, JobPanel } from "../parts/job.js";
import { Odds } from "../parts/odds.js";
import { pendingCorrections } from "../parts/pending.js";
import { useMay } from "../roles.js";
import { Badge, Figure, Loaded, Status, Table, day, milliseconds, moment, useLoad } from "../ui.js";

/** An answer, or undefined where the server says that there is none (yet). */
const unlessAbsent = (promise) => promise.catch((error) => {
  if (error instanceof ApiError && [404, 409].includes(error.status)) return undefined;
  throw error;
});

const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

async function overview() {
  const [status, ready, jobs] = await Promise.all([get("/api/status"), readiness(), list("/api/etl/history", { limit: 1 })]);
  return { status, failing: ready.checks.filter((c) => !c.ok), last: jobs.rows[0] };
}

/** Flags that say nothing about a game: that nobody has tracked it yet, and that its file's access key was dropped. */
const WITHOUT_THE_UNDOUBTED = "not.in.(no_events,secret_removed)";

/** What there is to do: `{tone, what, href, act, isForOperators}`, the gravest first. */
async function attention(status, failing, last) {
  const [flags, accuracy, games, current] = await Promise.all([
    unlessAbsent(allRows("qa_input_flags", { select: "game_id", game_id: "is.not_null", flag: WITHOUT_THE_UNDOUBTED })),
    unlessAbsent(get("/api/tables/qa_goal_accuracy", { limit: 1, select: "game_id", is_match: "is.false" })),
    list("/api/games", { limit: 1000 }),
    unlessAbsent(get("/api/snapshots")),
  ]);
  const waiting = games.rows.filter((g) => g.etl.status === "pending").length;
  const quarantined = last?.result?.quarantined?.length ?? 0;
  const templates = new Set(games.rows.filter((g) => g.tracking.status === "Template").map((g) => g.game_id));
  const flagged = new Set((flags ?? []).map((f) => f.game_id).filter((id) => !templates.has(id))).size;
  const isBehind = status.models && status.models.snapshot_id !== status.published.snapshot_id;
  const isOnSite = current?.find((s) => s.current)?.in_warehouse ?? true;
  return [
    ...failing.map((c) => ({ tone: "bad", what: `${NEEDS[c.name] ?? c.name}: ${c.detail}`, href: "#settings", act: "Health" })),
    last?.status === "failed" && { tone: "bad", what: `The last run failed: ${last.error}`, href: "#run", act: "Run again", isForOperators: true },
    quarantined && { tone: "bad", what: `${count(quarantined, "file")} could not be used in the last run`, href: "#run", act: "See which and why" },
    accuracy?.total && { tone: "bad", what: `${count(accuracy.total, "tracked game differs", "tracked games differ")} from the official score`, href: "#data/qa_goal_accuracy?is_match=is.false", act: "Compare" },
    waiting && { tone: "busy", what: `${count(waiting, "game is", "games are")} not in the tables yet`, href: "#run", act: "Run", isForOperators: true },
    !isOnSite && { tone: "busy", what: "The last run is not on the site yet", href: "#run", act: "See what changes" },
    isBehind && { tone: "busy", what: "The models have not seen the newest games", href: "#predictions/models", act: "Train", isForOperators: true },
    flagged && { tone: "", what: `${count(flagged, "game has", "games have")} flags: small flaws that were mended, or are doubtful`, href: `#data/qa_input_flags?game_id=not.is.null&flag=${WITHOUT_THE_UNDOUBTED}`, act: "Look" },
    ...status.warnings.map((what) => ({ tone: "", what, href: "#settings", act: "Settings" })),
  ].filter(Boolean);
}

export default function Home() {
  const state = useLoad(overview, []);
  return html`<${Loaded} of=${state} title="Home">${({ status, failing, last }) => html`
    ${!status.published && html`<${Welcome} />`}
    ${last && !isFinished(last) && html`<${JobPanel} jobId=${last.job_id} onDone=${state.reload} />`}
    ${status.published && html`<${Attention} status=${status} failing=${failing} last=${last} />`}
    <${Facts} status=${status} failing=${failing} last=${last} />
    ${status.published && html`<${NextGames} hasModels=${Boolean(status.models)} />`}`}<//>`;
}

const Welcome = () => html`<h1>Welcome</h1><section class="card"><h2>Nothing is published yet</h2>
  <p>Bring your tracked games and the league's workbook, run the ETL, look at what it made of them, and publish.</p>
  <p><a class="button primary" href="#run">Begin</a></p></section>`;

const WORDS = { bad: "check", busy: "to do", "": "note" };
const GRAVITY = ["bad", "busy", ""];

/** The corrections are asked for apart, since the first question to a database may have to start it. */
function Attention({ status, failing, last }) {
  const mayOperate = useMay("operator");
  const found = useLoad(() => attention(status, failing, last), [status.published.snapshot_id]);
  const waiting = useLoad(() => (!mayOperate || failing.some((c) => c.name === "warehouse") ? 0 : pendingCorrections()), [status.published.snapshot_id]);
  const pending = waiting.error ? { tone: "bad", what: `Corrections cannot be looked up: ${waiting.error.message}`, href: "#settings", act: "Health" }
    : waiting.data > 0 && { tone: "busy", what: `${count(waiting.data, "correction is", "corrections are")} not published yet`, href: "#corrections", act: "Publish" };
  return html`<${Loaded} of=${found} title="Home" label="Looking at everything">${(findings) => {
    const all = [...findings, pending].filter(Boolean).sort((a, b) => GRAVITY.indexOf(a.tone) - GRAVITY.indexOf(b.tone));
    const gravest = all[0]?.tone;
    const isLooking = waiting.data === undefined && !waiting.error;
    return html`<h1>${gravest === "bad" ? "Something is wrong" : gravest === "busy" ? "There is something to do" : isLooking ? "One moment …" : "Everything is all right"}</h1>
      <section class="card" aria-label="Wants attention">${all.length === 0 && !isLooking ? html`<p>Nothing wants your attention.</p>` : html`<ul class="tasks">
        ${all.map((f) => html`<li><${Badge} tone=${f.tone}>${WORDS[f.tone]}<//><span>${f.what}</span>${(mayOperate || !f.isForOperators) && html`<a class="button" href=${f.href}>${f.act}</a>`}</li>`)}
        ${isLooking && html`<li class="waiting"><span class="spinner"></span>Looking for corrections …</li>`}</ul>`}</section>`;
  }}<//>`;
}

function Facts({ status, failing, last }) {
  const mayRun = useMay("operator");
  const { published } = status;
  return html`<div class="columns even">
    ${published && html`<section class="card"><h2>Published</h2><div class="figures">
      <${Figure} value=${published.games} label="tracked games" href="#games" /><${Figure} value=${published.tables} label="tables" href="#data" />
      <${Figure} value=${published.rows.toLocaleString()} label="rows" /></div><p class="quiet">${moment(published.created_at)}</p></section>`}
    ${last && isFinished(last) && html`<section class="card"><h2>Last run <${Status} status=${last.status} /></h2><${JobOutcome} job=${last} />${mayRun && html`<p><a href="#run">Run again</a></p>`}</section>`}
    <section class="card"><h2>Server</h2><p><${Badge} tone=${failing.length ? "bad" : "good"}>${failing.length ? "does not work" : "works"}<//></p>
      <p class="quiet">${status.warehouse.backend} database${status.warehouse.latency_ms ? `, answers in ${milliseconds(status.warehouse.latency_ms)}` : ""} · version ${status.version}${status.disk ? ` · ${(status.disk.free_bytes / 1e9).toFixed(0)} GB free` : ""}</p></section>
  </div>`;
}

const SHOWN = 8;

function NextGames({ hasModels }) {
  const mayTrain = useMay("operator");
  const next = useLoad(async () => {
    if (hasModels) return { odds: (await get("/api/ml/upcoming")).games.slice(0, SHOWN) };
    const today = new Date().toLocaleDateString("sv");
    const games = (await list("/api/games", { date_from: today, played: false, limit: 1000 })).rows;
    return { games: games.sort((a, b) => `${a.date} ${a.game_time}`.localeCompare(`${b.date} ${b.game_time}`)).slice(0, SHOWN) };
  }, []);
  return html`<section class="card"><h2>Next games</h2><${Loaded} of=${next}>${({ odds, games }) => (odds ? html`<${Odds} games=${odds} />`
    : html`<${Table} caption="Next games" rows=${games} empty="No game is scheduled." columns=${[
      { name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` }, { name: "game_time", label: "Time" },
      { name: "home_team", label: "Home" }, { name: "away_team", label: "Away" }]} />
      ${games.length > 0 && html`<p class="quiet">No odds yet${mayTrain && html`: <a href="#predictions/models">train the models</a>`}.</p>`}`)}<//></section>`;
}
