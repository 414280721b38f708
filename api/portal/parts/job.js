// A job while it runs and when it is done.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { duration, followLog, isFinished, kindOf, modeOf, stopJob, watchJob } from "../jobs.js";
import { useMay } from "../roles.js";
import { Act, Badge, Failure, Progress, Status, moment } from "../ui.js";

/** Watches a job; `onDone` gets it once when it is finished. */
export function useJob(jobId, onDone) {
  const [state, setState] = useState({});
  useEffect(() => {
    if (!jobId) return undefined;
    const stop = new AbortController();
    setState({});
    watchJob(jobId, (job) => setState({ job }), stop.signal)
      .then((job) => { if (!stop.signal.aborted) onDone?.(job); })
      .catch((error) => { if (error.name !== "AbortError") setState((s) => ({ ...s, error })); });
    return () => stop.abort();
  }, [jobId]);
  return state;
}

/** Progress with step and time left, a button to stop, and the log as it grows. */
export function JobPanel({ jobId, onDone }) {
  const { job, error } = useJob(jobId, onDone);
  const mayStop = useMay("operator");
  if (error) return html`<${Failure} error=${error} />`;
  if (!job) return html`<p class="waiting" role="status"><span class="spinner"></span>Looking for the job …</p>`;
  return html`<section class="card" aria-label=${`${kindOf(job)} job`}>
    <div class="row spread"><h2>${kindOf(job)} ${modeOf(job) && html`<${Badge}>${modeOf(job)}<//>`} <${Status} status=${job.status} /></h2>
      ${mayStop && !isFinished(job) && html`<${Act} kind="danger" act=${() => stopJob(job)}>Stop<//>`}</div>
    ${!isFinished(job) && html`<${Progress} percent=${job.progress} label=${`Progress of the ${kindOf(job)} job`} />`}
    <p role="status">${job.status === "pending" ? "Waiting for its turn" : job.current_step}${job.eta_seconds !== null && !isFinished(job) ? html` · about ${duration(job.eta_seconds)} left` : ""}</p>
    <${JobOutcome} job=${job} />
    ${job.log_available && html`<${JobLog} key=${jobId} jobId=${jobId} isOpen=${!isFinished(job)} />`}
  </section>`;
}

/** What a finished job came to: its result, or why it failed. */
export function JobOutcome({ job }) {
  if (job.status === "failed" || job.status === "cancelled") {
    return html`<div class="notice ${job.status === "failed" ? "bad" : ""}"><strong>${job.error ?? (job.status === "cancelled" ? "It was stopped. Nothing has changed." : "It failed.")}</strong>
      ${job.errors.length > 0 && html`<ul>${job.errors.slice(0, 20).map((e) => html`<li>${e}</li>`)}</ul>`}</div>`;
  }
  const result = job.result;
  if (job.status !== "completed" || !result) return null;
  const lines = [
    result.games !== undefined && `${result.games} tracked games in ${result.tables_created?.length ?? 0} tables, ${(result.rows_written ?? 0).toLocaleString()} rows`,
    result.published === false && "Nothing new was found, so nothing was published",
    result.rows_uploaded !== undefined && `${result.rows_uploaded.toLocaleString()} rows in ${result.tables_uploaded?.length ?? 0} tables checked against the database (${result.backend})`,
    result.model_version && `${Object.keys(result.models).length} models were trained; predictions come from them from now on`,
    result.schema_file && `Schema of ${result.tables_count} tables written to ${result.schema_file}`,
  ].filter(Boolean);
  return html`<div class="notice good">${lines.map((l) => html`<p>${l}</p>`)}
    ${job.completed_at && html`<p class="quiet">${moment(job.completed_at)}</p>`}
    ${result.quarantined?.length > 0 && html`<p><strong>${result.quarantined.length} files could not be used:</strong></p><ul>${result.quarantined.slice(0, 20).map((q) => html`<li>${typeof q === "string" ? q : `${q.path ?? q.file}: ${q.reason ?? q.message}`}</li>`)}</ul>`}
    ${result.warnings?.length > 0 && html`<ul>${result.warnings.slice(0, 20).map((w) => html`<li>${w}</li>`)}</ul>`}</div>`;
}

function JobLog({ jobId, isOpen }) {
  const [log, setLog] = useState("");
  const [open, setOpen] = useState(isOpen);
  const place = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const stop = new AbortController();
    setLog("");
    followLog(jobId, (piece) => setLog((before) => (before + piece).slice(-200_000)), stop.signal).catch(() => {});
    return () => stop.abort();
  }, [jobId, open]);
  useEffect(() => { if (place.current) place.current.scrollTop = place.current.scrollHeight; }, [log]);
  return html`<details open=${open} onToggle=${(e) => setOpen(e.target.open)}><summary>What it printed</summary>
    ${log ? html`<pre class="log" tabindex="0" ref=${place} aria-label="Log">${log}</pre>` : html`<p class="quiet">Nothing so far.</p>`}</details>`;
}
