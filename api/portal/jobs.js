// Jobs: start them, watch them without asking over and over, read their logs.

import { get, post, request } from "./client.js";

const FINAL = new Set(["completed", "failed", "cancelled"]);
const LONGEST_WAIT = 20; // seconds that the server holds a question while nothing changes

export const isFinished = (job) => FINAL.has(job.status);

/** Calls `onChange` with the job now and at each change, until it is finished or `signal` aborts. Returns the job. */
export async function watchJob(jobId, onChange, signal) {
  let etag;
  let job;
  for (;;) {
    const answer = await request("GET", `/api/etl/status/${jobId}`, {
      query: { wait: etag ? LONGEST_WAIT : 0 }, headers: etag ? { "If-None-Match": etag } : {}, signal, quiet: true,
    });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      job = await answer.json();
      onChange(job);
    }
    if (isFinished(job) || signal?.aborted) return job;
  }
}

/** Reads a job's log as it grows; `onText` gets each new piece. */
export async function followLog(jobId, onText, signal) {
  let offset = 0;
  while (!signal?.aborted) {
    const piece = await get(`/api/etl/logs/${jobId}`, { offset }, { signal, quiet: true });
    if (piece.text) onText(piece.text);
    offset = piece.next_offset;
    if (piece.complete) return;
    if (!piece.text) await new Promise((done) => setTimeout(done, 700));
  }
}

export const stopJob = (job) => post(`/api/${job.kind === "etl" ? "etl" : "upload"}/cancel/${job.job_id}`);

const KIND = { etl: "ETL", upload: "Publication", schema: "Database schema", train: "Training" };
export const kindOf = (job) => KIND[job.kind] ?? job.kind;

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
