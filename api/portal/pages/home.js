// Is everything all right, and what wants attention?

import { html } from "../vendor/htm-preact.js";
import { ApiError, get, list } from "../client.js";
import { isFinished } from "../jobs.js";
import { JobOutcome, JobPanel } from "../parts/job.js";
import { Odds } from "../parts/odds.js";
import { Badge, Figure, Loaded, Status, Table, day, moment, useLoad } from "../ui.js";

/** An answer, or undefined where the server says that there is none (yet), or none for this role. */
const unlessAbsent = (promise) => promise.catch((error) => {
  if (error instanceof ApiError && [403, 404, 409].includes(error.status)) return undefined;
  throw error;
});

async function overview() {
  const [status, jobs] = await Promise.all([get("/api/status"), list("/api/etl/history", { limit: 1 })]);
  const last = jobs.rows[0];
  return { status, last, findings: status.published ? await attention(status, last) : [] };
}

async function attention(status, last) {
  const [flags, accuracy, names, pendingGames, models] = await Promise.all([
    unlessAbsent(get("/api/tables/qa_input_flags", { limit: 1000, sort: "game_id.desc" })),
    unlessAbsent(get("/api/tables/qa_goal_accuracy", { limit: 100, is_match: "is.false" })),
    get("/api/staging/blb-tables/list"),
    list("/api/games", { limit: 1000 }),
    unlessAbsent(get("/api/ml/models")),
  ]);
  const staged = await Promise.all(["dim_player", "dim_team", "fact_gameroster"].filter((n) => names.includes(n))
    .map((n) => unlessAbsent(get(`/api/staging/blb-tables/${n}`, { staged_only: true, limit: 1 }))));
  const pending = staged.reduce((sum, page) => sum + (page?.pending ?? 0), 0);
  const waiting = pendingGames.rows.filter((g) => g.etl.status === "pending").length;
  const quarantined = last?.result?.quarantined?.length ?? 0;
  const flagged = new Set((flags?.rows ?? []).map((f) => f.game_id).filter(Boolean)).size;
  const old = (models ?? []).filter((m) => m.training_data.snapshot_id !== status.published.snapshot_id);
  return [
    quarantined && { tone: "bad", what: `${quarantined} files could not be used`, href: "#run", act: "See which and why" },
    accuracy?.total && { tone: "bad", what: `${accuracy.total} tracked games differ from their official score`, href: "#data/qa_goal_accuracy?is_match=is.false", act: "Compare" },
    pending && { tone: "busy", what: `${pending} corrections are not in the tables yet`, href: "#run", act: "Run the ETL" },
    waiting && { tone: "busy", what: `${waiting} games are new or changed since the last run`, href: "#run", act: "Run the ETL" },
    old.length && { tone: "busy", what: `${old.length} models have not seen the newest games`, href: "#predictions/models", act: "Train them" },
    flagged && { tone: "", what: `${flagged} games have flags: small flaws that were mended or doubted`, href: "#data/qa_input_flags", act: "Look" },
    ...status.warnings.map((w) => ({ tone: "", what: w, href: "#settings", act: "Settings" })),
  ].filter(Boolean);
}

export default function Home() {
  const state = useLoad(overview, []);
  return html`<h1>Is everything all right?</h1><${Loaded} of=${state}>${(data) => html`<${Overview} ...${data} reload=${state.reload} />`}<//>`;
}

function Overview({ status, last, findings, reload }) {
  const { published } = status;
  const bad = findings.filter((f) => f.tone === "bad").length;
  return html`
    ${!published ? html`<section class="card"><h2>Welcome</h2><p>Nothing is published yet. Bring your tracked games and the master workbook, then run the ETL.</p>
      <p><a class="button" href="#run">Begin</a></p></section>`
      : html`<p class=${`notice ${bad ? "bad" : "good"}`}>${bad ? "Something wants your attention." : "All right: the league is published."}</p>`}
    ${last && !isFinished(last) && html`<${JobPanel} jobId=${last.job_id} onDone=${reload} />`}
    <div class="columns">
      ${published && html`<section class="card"><h2>Published</h2><div class="figures">
        <${Figure} value=${published.games} label="tracked games" href="#games" /><${Figure} value=${published.tables} label="tables" href="#data" />
        <${Figure} value=${published.rows.toLocaleString()} label="rows" /></div><p class="quiet">${moment(published.created_at)}</p></section>`}
      ${last && isFinished(last) && html`<section class="card"><h2>Last run <${Status} status=${last.status} /></h2><${JobOutcome} job=${last} /><p><a href="#run">Run again</a></p></section>`}
      <section class="card"><h2>Server</h2><p><${Badge} tone=${status.supabase_connected ? "good" : "bad"}>${status.supabase_connected ? "database answers" : "database does not answer"}<//>
        <span class="quiet">${status.warehouse.backend}${status.warehouse.latency_ms ? `, ${status.warehouse.latency_ms} ms` : ""}</span></p>
        <p class="quiet">Version ${status.version}, ${status.environment}; ${(status.disk.free_bytes / 1e9).toFixed(0)} GB free</p></section>
    </div>
    ${published && html`<section class="card"><h2>Wants attention</h2>${findings.length === 0 ? html`<p>Nothing.</p>` : html`<ul>
      ${findings.map((f) => html`<li><${Badge} tone=${f.tone}>${f.tone === "bad" ? "check" : f.tone === "busy" ? "to do" : "note"}<//> ${f.what} · <a href=${f.href}>${f.act}</a></li>`)}</ul>`}</section>
    <${NextGames} />`}`;
}

function NextGames() {
  const next = useLoad(async () => {
    const odds = await unlessAbsent(get("/api/ml/upcoming"));
    if (odds) return { odds: odds.games.slice(0, 8) };
    const today = new Date().toLocaleDateString("sv");
    return { games: (await list("/api/games", { date_from: today, limit: 1000 })).rows.filter((g) => g.home_goals === null && g.date >= today).sort((a, b) => a.date.localeCompare(b.date)).slice(0, 8) };
  }, []);
  return html`<section class="card"><h2>Next games</h2><${Loaded} of=${next}>${({ odds, games }) => (odds ? html`<${Odds} games=${odds} />`
    : html`<${Table} caption="Next games" rows=${games} empty="No game is scheduled." columns=${[
      { name: "date", label: "Date", cell: (g) => day(g.date) }, { name: "game_time", label: "Time" },
      { name: "home_team", label: "Home" }, { name: "away_team", label: "Away" }]} />
      ${games.length > 0 && html`<p class="quiet">No odds yet: <a href="#predictions/models">train the models</a>.</p>`}`)}<//></section>`;
}
