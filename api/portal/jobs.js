// Jobs: start them, watch them without asking over and over, read their logs.

import { get, post, request } from "./client.js";
import { listen } from "./sockets.js";

const FINAL = new Set(["completed", "failed", "cancelled"]);
const LONGEST_WAIT = 20; // seconds that the server holds a question while nothing changes

export const isFinished = (job) => FINAL.has(job.status);

const ended = (job) => job !== undefined && isFinished(job);

/** Calls `onChange` with the job now and at each change, until it is finished or `signal` aborts. Returns the job. */
export async function watchJob(jobId, onChange, signal) {
  let job;
  await listen(`/api/etl/ws/${jobId}`, () => ({ version: job?.version ?? 0 }), (message) => {
    if (message.type === "job") onChange(job = message.job);
  }, signal);
  return ended(job) || signal?.aborted ? job : pollJob(jobId, onChange, signal);
}

/** The same where no WebSocket can be had: each question waits for a change. */
async function pollJob(jobId, onChange, signal) {
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
    if (ended(job) || signal?.aborted) return job;
  }
}

/** Reads a job's log as it grows; `onText` gets each new piece. */
export async function followLog(jobId, onText, signal) {
  let offset = 0;
  let complete = false;
  const take = (piece) => {
    if (piece.text) onText(piece.text);
    offset = piece.next_offset;
    complete = piece.complete;
  };
  await listen(`/api/etl/ws/${jobId}`, () => ({ log: offset }), (message) => {
    if (message.type === "log") take(message);
  }, signal);
  while (!complete && !signal?.aborted) {
    const piece = await get(`/api/etl/logs/${jobId}`, { offset }, { signal, quiet: true });
    take(piece);
    if (!complete && !piece.text) await new Promise((done) => setTimeout(done, 700));
  }
}

export const stopJob = (job) => post(`/api/${job.kind === "etl" ? "etl" : "upload"}/cancel/${job.job_id}`);

const KIND = { etl: "ETL", upload: "Publication", schema: "Database schema", train: "Training" };
export const kindOf = (job) => KIND[job.kind] ?? job.kind;

const MODES = {
  etl: { full: "everything", incremental: "what changed", single: "certain games", test: "tried out" },
  upload: { all: "all tables", dims: "who and what", facts: "what happened", qa: "what is doubtful", basic: "official figures", tracking: "tracked figures", tables: "certain tables" },
};

/** What a job was asked to do, as the pages call it; nothing for jobs of one kind only. */
export const modeOf = (job) => (MODES[job.kind] ? MODES[job.kind][job.mode] ?? job.mode : "");

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
