// Files in, tables out: drop files, run the ETL, look at what will change, publish.

import { html, useState } from "../vendor/htm-preact.js";
import { post, send } from "../client.js";
import { isFinished } from "../jobs.js";
import { History, loadHistory } from "../parts/history.js";
import { JobPanel } from "../parts/job.js";
import { Preview } from "../parts/preview.js";
import { Act, Badge, Loaded, useLoad } from "../ui.js";

const KINDS = { tracker_json: "tracked game", roster: "roster", tracking_workbook: "tracking workbook", master_workbook: "master workbook" };
const MODES = [
  ["full", "Everything", "Reads every game that is new or changed and builds all tables."],
  ["incremental", "Only if something changed", "The same, but does nothing when no file and no correction is new."],
  ["single", "Certain games again", "Reads the games that you name once more and keeps the others as they were read."],
  ["test", "Try out", "Runs everything with all checks and publishes nothing."],
];
const OPTIONS = [
  ["wipe", false, "Forget what was read before", "Reads all files anew; slower, and only needed when something looks wrong."],
  ["validate", true, "Stop at hockey that cannot be", "When off, such findings are warnings and the tables are published all the same."],
  ["train", false, "Train the models afterwards", "When the run is done, a job of its own learns the predictions anew from what was published. Until then the older models answer."],
];

export default function Run() {
  const active = useLoad(loadHistory, []);
  const [jobId, setJobId] = useState(null);
  const [finished, setFinished] = useState(null);
  const [peeking, setPeeking] = useState(false);
  const current = jobId ?? active.data?.rows.find((job) => !isFinished(job))?.job_id;
  const start = (job) => { setFinished(null); setJobId(job.job_id); };
  const done = (job) => { setFinished(job); active.reload(); };
  const canPreview = finished?.kind === "etl" && finished.status === "completed" && finished.mode !== "test";
  return html`<h1>Run</h1>
    <div class="columns"><${Files} /><${Start} onStarted=${start} /></div>
    ${current && html`<${JobPanel} key=${current} jobId=${current} onDone=${done} />`}
    ${canPreview && html`<${Preview} onPublish=${start} />`}
    ${!canPreview && html`<details class="card" onToggle=${(e) => setPeeking(e.target.open)}><summary>What would publishing change now?</summary>${peeking && html`<${Preview} onPublish=${start} />`}</details>`}
    <section class="card"><h2>History</h2>
      <${Loaded} of=${active}>${(data) => html`<${History} jobs=${data.rows} total=${data.total} onRun=${start} />`}<//></section>`;
}

function Files() {
  const [sent, setSent] = useState([]);
  const [over, setOver] = useState(false);
  const take = async (files) => {
    for (const file of files) {
      const entry = { name: file.name, state: "sending" };
      setSent((all) => [entry, ...all]);
      const settle = (changes) => setSent((all) => all.map((e) => (e === entry || e.of === entry ? { ...entry, of: entry, ...changes } : e)));
      try {
        const found = await send("/api/raw/files", file);
        settle({ state: "stored", found });
      } catch (error) {
        settle({ state: "refused", error });
      }
    }
  };
  return html`<section class="card"><h2>1. Bring files</h2>
    <p>Tracker exports (.json), tracking workbooks and the master workbook (.xlsx), under any name.</p>
    <label class=${`drop ${over ? "over" : ""}`} onDragOver=${(e) => { e.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}
      onDrop=${(e) => { e.preventDefault(); setOver(false); take([...e.dataTransfer.files]); }}>
      Drop files here, or choose them
      <input class="hidden" type="file" multiple accept=".json,.xlsx" onChange=${(e) => { take([...e.target.files]); e.target.value = ""; }} /></label>
    <ul aria-live="polite">${sent.map((f) => html`<li><strong>${f.name}</strong>: ${f.state === "sending" ? html`<span class="spinner"></span>being sent`
      : f.state === "stored" ? html`<${Badge} tone="good">${KINDS[f.found.kind]}${f.found.game_id ? ` ${f.found.game_id}` : ""}<//> ${f.found.replaced ? "replaces an older file" : "stored"}; run the ETL to use it`
      : html`<${Badge} tone="bad">not taken<//> ${f.error.message}`}</li>`)}</ul>
  </section>`;
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
  return html`<section class="card"><h2>2. Run the ETL</h2>
    <fieldset><legend>What to read</legend>${MODES.map(([value, label, meaning]) => html`<label class="check">
      <input type="radio" name="mode" value=${value} checked=${mode === value} onChange=${() => setMode(value)} />
      <span>${label}<br /><span class="quiet">${meaning}</span></span></label>`)}
      ${mode === "single" && html`<label class="field">Game numbers<input value=${games} onInput=${(e) => setGames(e.target.value)} placeholder="18969, 18977" /></label>`}
    </fieldset>
    <fieldset><legend>Options</legend>${OPTIONS.map(([name, , label, meaning]) => html`<label class="check">
      <input type="checkbox" checked=${options[name]} onChange=${(e) => setOptions({ ...options, [name]: e.target.checked })} />
      <span>${label}<br /><span class="quiet">${meaning}</span></span></label>`)}</fieldset>
    <${Act} kind="primary" act=${start} disabled=${!usable}>Run ETL<//>
  </section>`;
}
