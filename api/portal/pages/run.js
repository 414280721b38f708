// Files in, tables out: drop files, run the ETL, look at what will change, publish.

import { html, useState } from "../vendor/htm-preact.js";
import { get, post, sendFile } from "../client.js";
import { FilesThere, KINDS } from "../parts/files.js";
import { History } from "../parts/history.js";
import { JobPanel } from "../parts/job.js";
import { Preview } from "../parts/preview.js";
import { Snapshots } from "../parts/snapshots.js";
import { For, useMay } from "../roles.js";
import { Act, Badge, useLoad } from "../ui.js";

const MODES = [
  ["full", "Everything", "Reads every game that is new or changed and builds all tables."],
  ["incremental", "Only if something changed", "The same, but does nothing when no file and no correction is new."],
  ["single", "Certain games again", "Reads the games that you name once more and keeps the others as they were read."],
  ["test", "Try out", "Runs everything with all checks and keeps nothing: what is wrong shows, and the league stays as it is."],
];
const OPTIONS = [
  ["upload_to_supabase", false, "Publish without looking first", "When the run is done, its tables go to the database at once. Otherwise you see what will change, and publish then."],
  ["validate", true, "Stop at hockey that cannot be", "A check that fails ends the run. When off, such findings are warnings and the tables are made all the same."],
  ["train", false, "Train the models afterwards", "When the run is done, a job of its own learns the predictions anew. Until then the older models answer."],
  ["wipe", false, "Forget what was read before", "Reads all files anew; slower, and only needed when something looks wrong."],
];

/** The job that is under way, else one that waits. */
async function activeJob() {
  for (const status of ["running", "pending"]) {
    const [job] = await get("/api/jobs", { status, limit: 1 });
    if (job) return job;
  }
  return null;
}

export default function Run() {
  const active = useLoad(activeJob, []);
  const [round, setRound] = useState(0); // of jobs that began or ended
  const [jobId, setJobId] = useState(null);
  const [finished, setFinished] = useState(null);
  const [peeking, setPeeking] = useState(false);
  const [stored, setStored] = useState(0);
  const mayBring = useMay("scorer");
  const mayRun = useMay("operator");
  const current = jobId ?? active.data?.job_id;
  const start = (job) => { setFinished(null); setJobId(job.job_id); setRound((n) => n + 1); };
  const done = (job) => {
    setRound((n) => n + 1);
    if (job.result?.upload_job_id) setJobId(job.result.upload_job_id);
    else setFinished(job);
  };
  const canPreview = finished?.kind === "etl" && finished.status === "completed" && finished.mode !== "test";
  return html`<h1>Run</h1><p class="lead">From the files of your games to the league's site: bring files, run, look at what changes, publish.</p>
    <div class="columns halves"><${Files} onStored=${() => setStored((n) => n + 1)} /><${Start} onStarted=${start} /></div>
    ${current && html`<${JobPanel} key=${current} jobId=${current} onDone=${done} />`}
    ${canPreview && html`<${Preview} key=${finished.job_id} onPublish=${start} />`}
    ${!canPreview && mayRun && html`<details class="card" onToggle=${(e) => setPeeking(e.target.open)}><summary>What would publishing change now?</summary>${peeking && html`<${Preview} onPublish=${start} />`}</details>`}
    ${mayBring && html`<${FilesThere} round=${`${stored} ${round}`} />`}
    <${History} round=${round} onRun=${start} />
    <${Snapshots} onUpload=${start} round=${finished?.job_id} />`;
}

function Files({ onStored }) {
  const mayRun = useMay("operator");
  const [sent, setSent] = useState([]);
  const [over, setOver] = useState(false);
  const take = async (files) => {
    for (const file of files) {
      const entry = { name: file.name, state: "sending" };
      setSent((all) => [entry, ...all]);
      const settle = (changes) => setSent((all) => all.map((e) => (e === entry || e.of === entry ? { ...entry, of: entry, ...changes } : e)));
      try {
        settle({ state: "stored", found: await sendFile("/api/raw/files", file) });
        onStored();
      } catch (error) {
        settle({ state: "refused", error });
      }
    }
  };
  return html`<section class="card"><h2>1. Bring files</h2>
    <p>Tracker exports (.json), tracking workbooks and the master workbook (.xlsx), the league's rules (.toml), under any name. What a file is, its content decides.</p>
    <${For} role="scorer" what="To bring files"><label class=${`drop ${over ? "over" : ""}`} onDragOver=${(e) => { e.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}
      onDrop=${(e) => { e.preventDefault(); setOver(false); take([...e.dataTransfer.files]); }}>
      Drop files here, or choose them
      <input class="hidden" type="file" multiple accept=".json,.xlsx,.toml" onChange=${(e) => { take([...e.target.files]); e.target.value = ""; }} /></label>
    ${!mayRun && html`<p class="quiet">The master workbook and the rules are brought by operators and admins.</p>`}
    <ul class="tasks" aria-live="polite">${sent.map((f) => html`<li><${Outcome} file=${f} /></li>`)}</ul><//>
    <p class="quiet">Without new files a run takes up corrections and changed games.</p>
  </section>`;
}

function Outcome({ file }) {
  const { name, state, found, error } = file;
  if (state === "sending") return html`<${Badge} tone="busy"><span class="spinner"></span>sending<//><span>${name}</span>`;
  if (state === "refused") return html`<${Badge} tone="bad">not taken<//><span><strong>${name}</strong><br />${error.message}</span>`;
  return html`<${Badge} tone="good">stored<//><span><strong>${name}</strong>: ${KINDS[found.kind]} ${found.game_id && html`of <a href=${`#game/${found.game_id}`}>game ${found.game_id}</a>`}<br />
    <span class="quiet">${found.kind === "league_rules" ? html`${found.replaced ? "It replaces the rules that were there. " : ""}They hold from the next run on, for all seasons: <a href="#settings">League rules</a>.`
      : `${found.replaced ? "It replaces an older file of that name. " : ""}Run the ETL to use it.`}</span></span>`;
}

function Start({ onStarted }) {
  const [mode, setMode] = useState("full");
  const [games, setGames] = useState("");
  const [options, setOptions] = useState(Object.fromEntries(OPTIONS.map(([name, value]) => [name, value])));
  const ids = games.split(/[\s,;]+/).filter(Boolean).map(Number);
  const usable = ids.every(Number.isInteger) && (mode !== "single" || ids.length > 0);
  const start = async () => onStarted(await post("/api/etl/trigger", {
    mode, options, ...(mode === "single" && { game_ids: ids }),
  }));
  return html`<section class="card"><h2>2. Run the ETL</h2><${For} role="operator" what="To run the ETL and publish">
    <fieldset><legend>What to read</legend>${MODES.map(([value, label, meaning]) => html`<label class="check">
      <input type="radio" name="mode" value=${value} checked=${mode === value} onChange=${() => setMode(value)} />
      <span>${label}<br /><span class="quiet">${meaning}</span></span></label>`)}
      ${mode === "single" && html`<label class="field">Game numbers<input value=${games} inputmode="numeric" onInput=${(e) => setGames(e.target.value)} placeholder="18969, 18977" /></label>`}
    </fieldset>
    <details><summary>Options</summary><fieldset><legend class="hidden">Options</legend>${OPTIONS.map(([name, , label, meaning]) => html`<label class="check">
      <input type="checkbox" checked=${options[name]} onChange=${(e) => setOptions({ ...options, [name]: e.target.checked })} />
      <span>${label}<br /><span class="quiet">${meaning}</span></span></label>`)}</fieldset></details>
    <p><${Act} kind="primary" act=${start} disabled=${!usable}>Run ETL<//></p><//>
  </section>`;
}
