// Corrections that are not on the site yet, and the one button that brings them there.

import { html, useRef, useState } from "../vendor/htm-preact.js";
import { get, post } from "../client.js";
import { Act, Failure, useLoad } from "../ui.js";
import { JobPanel } from "./job.js";

/** What people correct by hand, and the names under which they look for it. */
export const LEAGUE_TABLES = { dim_player: "Players", dim_team: "Teams", dim_schedule: "Schedule", fact_gameroster: "Game sheets", dim_season: "Seasons", dim_league: "Leagues" };

/** How many corrections of all tables no run has taken up yet. An operator may ask. */
export async function pendingCorrections() {
  const pages = await Promise.all(Object.keys(LEAGUE_TABLES).map((name) => get(`/api/staging/blb-tables/${name}`, { staged_only: true, limit: 1 })));
  return pages.reduce((sum, page) => sum + page.pending, 0);
}

/**
 * A button that runs the ETL for what has changed and publishes what comes of it, with both jobs below it. `onDone` is
 * called when the site is up to date, or nothing more will happen.
 */
export function RunAndPublish({ label = "Run and publish", onDone, kind = "primary" }) {
  const [jobs, setJobs] = useState([]);
  const [error, setError] = useState(null);
  const begin = async () => {
    setError(null);
    setJobs([(await post("/api/etl/trigger", { mode: "incremental", options: { upload_to_supabase: true } })).job_id]);
  };
  const ran = async (job) => {
    try {
      let next = job.result?.upload_job_id;
      // a run that finds nothing new has no follower, but what it left in place may not be in the database yet
      if (job.status === "completed" && job.result?.published === false) next = (await post("/api/upload/to-supabase", { mode: "all" })).job_id;
      if (next) setJobs((all) => [...all, next]);
      else onDone?.();
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<${Act} kind=${kind} act=${begin}>${label}<//>
    ${jobs.map((id, index) => html`<${JobPanel} key=${id} jobId=${id} onDone=${index === 0 ? ran : onDone} />`)}
    ${error && html`<${Failure} error=${error} />`}`;
}

/**
 * A bar that says how many corrections wait, with the button; nothing where none do. `round` counts what may change it,
 * `onDone` is called when a run may have taken them up.
 */
export function PendingBar({ round, onDone }) {
  const waiting = useLoad(pendingCorrections, [round]);
  const isShown = useRef(false); // once shown it stays, so that what runs in it can be watched to its end
  isShown.current ||= waiting.data > 0;
  if (!isShown.current) return null;
  const done = () => { waiting.reload(); onDone(); };
  return html`<section class=${`notice ${waiting.data === 0 ? "good" : "busy"}`} aria-label="Not published yet">
    <p><strong>${waiting.data === 0 ? "Every correction has been read." : `${waiting.data} ${waiting.data === 1 ? "correction is" : "corrections are"} not published yet.`}</strong>
      ${waiting.data !== 0 && html` This reads what is new and publishes it. To see first what will change, use <a href="#run">Run</a>.`}</p>
    <${RunAndPublish} onDone=${done} /></section>`;
}
