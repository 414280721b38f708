// All jobs so far, of every kind: what came of each, and the same once more.

import { html, useState } from "../vendor/htm-preact.js";
import { get, list, post } from "../client.js";
import { duration, isFinished, kindOf, modeOf } from "../jobs.js";
import { Act, Dialog, Loaded, Pager, Status, Table, moment, useLoad } from "../ui.js";
import { useMay } from "../roles.js";
import { JobOutcome } from "./job.js";

const LIMIT = 10;

/** The request that asks for a job's work once more, on what is published now: `[path, body]`. */
function again(job) {
  const { source, exclude_game_ids: excluded, snapshot_id: _snapshot, tables, ...options } = job.options;
  switch (job.kind) {
    case "upload":
      return ["/api/upload/to-supabase", job.mode === "tables" ? { tables, options } : { mode: job.mode, options }];
    case "schema":
      return ["/api/upload/generate-schema", { options }];
    case "train":
      return ["/api/ml/train", options];
    default:
      return ["/api/etl/trigger", { mode: job.mode, game_ids: job.game_ids, source, exclude_game_ids: excluded?.length ? excluded : null, options }];
  }
}

const KINDS = [["", "all"], ["etl", "ETL runs"], ["upload", "publications"], ["schema", "database schema"], ["train", "training"]];
const STATUSES = [["", "all"], ["completed", "completed"], ["failed", "failed"], ["cancelled", "stopped"], ["running", "running"], ["pending", "waiting"]];

const came = (job) => {
  const result = job.result ?? {};
  if (job.error) return job.error;
  if (job.kind === "etl" && job.status === "completed") return result.published === false ? (job.mode === "test" ? "kept nothing" : "nothing new") : `${result.games} tracked games, ${(result.rows_written ?? 0).toLocaleString()} rows`;
  if (job.kind === "upload" && job.status === "completed") return `${(result.rows_uploaded ?? 0).toLocaleString()} rows`;
  return "";
};

/** `round` counts what may have changed it; `onRun` gets the job that runs once more. */
export function History({ round, onRun }) {
  const [shown, setShown] = useState(null);
  const mayRun = useMay("operator");
  const [asked, setAsked] = useState({ kind: "", status: "", offset: 0 });
  const jobs = useLoad(() => list("/api/jobs", { ...asked, limit: LIMIT }), [round, JSON.stringify(asked)]);
  const choice = (label, name, choices) => html`<label class="field">${label}<select value=${asked[name]} onChange=${(e) => setAsked({ ...asked, offset: 0, [name]: e.target.value })}>${choices.map(([v, words]) => html`<option value=${v}>${words}</option>`)}</select></label>`;
  const columns = [
    { name: "created_at", label: "When", cell: (j) => moment(j.created_at) },
    { name: "kind", label: "What", kind: "short", cell: (j) => html`${kindOf(j)} <span class="quiet">${modeOf(j)}</span>` },
    { name: "status", label: "Outcome", cell: (j) => html`<${Status} status=${j.status} />` },
    { name: "came", label: "Result", kind: "told", cell: (j) => html`<span class="quiet">${came(j)}</span>` },
    { name: "took", label: "Took", numeric: true, cell: (j) => (j.completed_at && j.started_at ? duration((new Date(j.completed_at) - new Date(j.started_at)) / 1000) : "–") },
    { name: "act", label: "", kind: "acts", cell: (j) => html`<span class="row"><button type="button" onClick=${() => setShown(j)}>Details</button>
      ${mayRun && isFinished(j) && html`<${Act} title="The same once more, with the same options" act=${async () => onRun(await post(...again(j)))}>Run again<//>`}</span>` },
  ];
  return html`<section class="card"><div class="toolbar"><h2>History</h2><span class="end">${choice("Kind", "kind", KINDS)}${choice("Outcome", "status", STATUSES)}</span></div>
    <${Loaded} of=${jobs}>${({ rows, total }) => html`
      <${Table} caption="Jobs so far, newest first" columns=${columns} rows=${rows} rowKey=${(j) => j.job_id} empty=${asked.kind || asked.status ? "No job fits." : "No job has run yet."} />
      ${total > 0 && html`<${Pager} of="job" total=${total} limit=${LIMIT} offset=${asked.offset} onOffset=${(offset) => setAsked({ ...asked, offset })} />`}`}<//>
    ${shown && html`<${Dialog} title=${`${kindOf(shown)} of ${moment(shown.created_at)}`} onClose=${() => setShown(null)}><p><${Status} status=${shown.status} /></p><${JobOutcome} job=${shown} />
      ${shown.log_available && html`<${Log} jobId=${shown.job_id} />`}<//>`}</section>`;
}

function Log({ jobId }) {
  const log = useLoad(() => get(`/api/etl/logs/${jobId}`, { offset: 0 }), [jobId]);
  return html`<h3>What it printed</h3><${Loaded} of=${log}>${(piece) => html`<pre class="log" tabindex="0" aria-label="Log">${piece.text}</pre>`}<//>`;
}
