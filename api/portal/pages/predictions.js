// What the models expect, how sure they are, and how good they were on games that they had not seen.

import { html, useState } from "../vendor/htm-preact.js";
import { ApiError, get, post, rows, trainedModels } from "../client.js";
import { JobPanel } from "../parts/job.js";
import { Odds, OddsBar } from "../parts/odds.js";
import { Plot } from "../parts/plot.js";
import { For, useMay } from "../roles.js";
import { Act, Badge, Figure, Loaded, Table, capital, clock, moment, number, percent, text, useLoad } from "../ui.js";

const TABS = [["", "Upcoming games"], ["explorer", "During a game"], ["models", "How good are they?"]];

export default function Predictions({ rest }) {
  const [tab = ""] = rest;
  const [jobId, setJobId] = useState(null);
  const [round, setRound] = useState(0);
  const models = useLoad(async () => (await trainedModels() ? get("/api/ml/models") : []), [round]);
  const train = async () => setJobId((await post("/api/ml/train")).job_id);
  return html`<h1>Predictions</h1>
    <nav class="tablist" aria-label="Parts">${TABS.map(([path, label]) => html`<a href=${`#predictions${path ? `/${path}` : ""}`} aria-current=${tab === path ? "page" : undefined}>${label}</a>`)}</nav>
    ${jobId && html`<${JobPanel} jobId=${jobId} onDone=${() => setRound(round + 1)} />`}
    <${Loaded} of=${models}>${(all) => (all.length === 0 ? html`<section class="card"><h2>No models yet</h2><p>Models learn from the published league. It takes some seconds, and can be repeated after each run.</p><${For} role="operator" what="To train the models"><${Act} kind="primary" act=${train}>Train the models<//><//></section>`
      : tab === "models" ? html`<${Models} models=${all} train=${train} />` : tab === "explorer" ? html`<${Explorer} />` : html`<${Upcoming} models=${all} />`)}<//>`;
}

function Upcoming({ models }) {
  const next = useLoad(() => get("/api/ml/upcoming"), []);
  const outcome = models.find((m) => m.name === "game_outcome");
  return html`<section class="card"><h2>Upcoming games</h2><${Loaded} of=${next}>${(answer) => html`<${Odds} games=${answer.games} />
    <p class="quiet">By the model “${outcome?.method.replaceAll("_", " ")}”, learned ${moment(answer.trained_at)}. ${outcome?.is_baseline ? "No candidate beat this baseline." : ""}</p>`}<//></section>`;
}

function Explorer() {
  const league = useLoad(async () => {
    const [teams, rules] = await Promise.all([rows("dim_team", { sort: "team_name" }), get("/api/rules")]);
    return { teams, periodSeconds: Math.round((rules.published?.periods.minutes ?? 18) * 60) };
  }, []);
  return html`<${Loaded} of=${league}>${(all) => (all.teams.length < 2 ? html`<p class="notice">The league has fewer than two teams.</p>` : html`<${Situation} ...${all} />`)}<//>`;
}

function Situation({ teams, periodSeconds }) {
  const [features, setFeatures] = useState({ home_team_id: teams[0].team_id, away_team_id: teams[1].team_id, home_goals: 0, away_goals: 0, period: 1, seconds_left: periodSeconds, home_skaters: 5, away_skaters: 5 });
  const answer = useLoad(() => post("/api/ml/predict", { model: "win_probability", features }), [JSON.stringify(features)]);
  const set = (name, value) => setFeatures({ ...features, [name]: value });
  const team = (name, label) => html`<label>${label}<select value=${features[name]} onChange=${(e) => set(name, e.target.value)}>${teams.map((t) => html`<option value=${t.team_id}>${t.team_name}</option>`)}</select></label>`;
  const count = (name, label, min, max) => html`<label>${label}<input type="number" min=${min} max=${max} value=${features[name]} onChange=${(e) => set(name, Math.min(max, Math.max(min, Number(e.target.value))))} /></label>`;
  return html`<section class="card"><h2>What if …</h2><div class="fields">${team("home_team_id", "Home")}${team("away_team_id", "Away")}${count("home_goals", "Home goals", 0, 99)}${count("away_goals", "Away goals", 0, 99)}
      ${count("period", "Period", 1, 9)}${count("home_skaters", "Home skaters", 3, 6)}${count("away_skaters", "Away skaters", 3, 6)}
      <label>Left in the period: ${clock(features.seconds_left)}<input type="range" min="0" max=${periodSeconds} step="15" value=${features.seconds_left} onInput=${(e) => set("seconds_left", Number(e.target.value))} /></label></div>
    <${Loaded} of=${answer}>${(a) => html`<${OddsBar} home=${a.details.home_win ?? a.prediction} tie=${a.details.tie ?? 0} away=${a.details.away_win ?? 1 - a.prediction} />
      <div class="figures"><${Figure} value=${percent(a.prediction, 1)} label="home wins" /><${Figure} value=${percent(a.details.away_win ?? 1 - a.prediction, 1)} label="away wins" />${a.details.tie > 0.0005 && html`<${Figure} value=${percent(a.details.tie, 1)} label="a tie" />`}<${Figure} value=${percent(a.confidence)} label="of calls at odds like these were right" /></div>
      ${a.warnings.map((w) => html`<p class="notice">${capital(w)}.</p>`)}<details><summary>Everything the model says</summary><${Details} of=${a.details} /></details>`}<//></section>`;
}

const Details = ({ of }) => html`<${Table} caption="Details" rows=${Object.entries(of)} columns=${[{ name: "k", label: "", cell: ([k]) => k.replaceAll("_", " ") }, { name: "v", label: "Value", cell: ([, v]) => (typeof v === "object" ? JSON.stringify(v) : isShare(v) ? percent(v, 1) : text(v).replaceAll("_", " ")) }]} />`;
const isShare = (value) => typeof value === "number" && !Number.isInteger(value) && value > 0 && value < 1;

function Models({ models, train }) {
  const mayTrain = useMay("operator");
  return html`<section class="card"><div class="row spread"><h2>Models</h2>${mayTrain && html`<${Act} act=${train}>Train again<//>`}</div>
    <p>Each was tried on games that it had not seen. One that does not beat its baseline is replaced by the baseline, and says so.</p>
    ${models.map((m) => html`<${Model} key=${m.name} model=${m} />`)}</section>`;
}

const ABOUT = {
  expected_goals: "how likely a shot is to be a goal", game_outcome: "who wins a game that is not played yet", goal_prediction: "a skater's goals and points in the next game", goalie_performance: "a goalie's next game",
  line_chemistry: "what a pair or a line does beyond its players", playoff_probability: "who reaches the playoffs", similar_players: "who plays alike", win_probability: "who wins, while a game is on",
};

function Model({ model: m }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${(e) => setOpen(e.target.open)}><summary><strong>${m.name.replaceAll("_", " ")}</strong> <${Badge} tone=${m.is_baseline ? "busy" : "good"}>${m.is_baseline ? "the baseline" : "beats its baseline"}<//> <span class="quiet">${ABOUT[m.name]}</span></summary>
    ${open && html`<${Scores} evaluation=${m.evaluation} />${m.warnings.map((w) => html`<p class="notice">${capital(w)}.</p>`)}<${Calibration} name=${m.name} />
      <p class="quiet">Method: ${m.method.replaceAll("_", " ")}. Learned ${moment(m.trained_at)} from the league ${m.training_data.snapshot_id}</p>`}</details>`;
}

/** What the measures are called and mean; one that is not here goes by its own name. */
const MEASURES = {
  accuracy: ["Calls that came true", "of the likelier outcome", percent], interval_coverage: ["Outcomes within its 90 % range", "90 % is right", percent], points_interval_coverage: ["Points within their 90 % range", "90 % is right", percent],
  log_loss: ["Log loss", "how surprised it was on average; lower is better"], brier: ["Brier score", "mean squared error of its probabilities; lower is better"], standard_error: ["Standard error of the log loss", ""],
  burn_in: ["Games learned from first", "before the first one was tried"], identification_percentile: ["Own games found among others'", "50 % is chance", percent], held_out_squared_error: ["Squared error", "of shares of shot attempts in games held out; lower is better"],
};
const Scores = ({ evaluation }) => html`<div class="slim"><${Table} caption="Evaluation" rows=${Object.entries(evaluation).filter(([, v]) => typeof v === "number")} columns=${[
  { name: "k", label: "Measure", cell: ([k]) => html`${MEASURES[k]?.[0] ?? capital(k.replaceAll("_", " "))} <span class="quiet">${MEASURES[k]?.[1] ?? ""}</span>` }, { name: "v", label: "Value", numeric: true, cell: ([k, v]) => (MEASURES[k]?.[2] ?? text)(v) }]} /></div>`;

function Calibration({ name }) {
  const found = useLoad(() => get(`/api/ml/models/${name}/calibration`).catch((error) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }), [name]);
  return html`<${Loaded} of=${found}>${(c) => c && html`
    ${c.bins?.length && html`<${Plot} title="Calibration: what it said against what came true" x=${{ label: "Predicted", values: c.bins.map((b) => b.predicted) }} range=${[0, 1]}
      series=${[{ label: "Came true", values: c.bins.map((b) => b.observed) }, { label: "Perfect", values: c.bins.map((b) => b.predicted) }]} />`}
    ${c.interval_coverage !== null && html`<p>${percent(c.interval_coverage)} of the outcomes lay in its 90 % intervals.</p>`}
    ${c.slope !== null && html`<p class="quiet">Calibration slope ${number(c.slope, 2)}, intercept ${number(c.intercept, 2)} (1 and 0 are perfect).</p>`}`}<//>`;
}
