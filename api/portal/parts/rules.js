// The league's rules: those that hold, those that the next run goes by, and the file that says so.

import { html } from "../vendor/htm-preact.js";
import { get, save } from "../client.js";
import { Loaded, Table, useLoad } from "../ui.js";

const GROUPS = [
  ["", "League", [["name", "Name"], ["time_zone", "Time zone"], ["playoff_places", "Teams that reach the playoffs"], ["publish_personal_data", "Birth years and genders are published"], ["publish_video_links", "Links to trackers' videos are published"]]],
  ["points", "Points", [["win", "Win"], ["tie", "Tie"], ["loss", "Loss"], ["overtime_win", "Win in overtime"], ["overtime_loss", "Loss in overtime"], ["shootout_win", "Win in a shootout"], ["shootout_loss", "Loss in a shootout"]]],
  ["periods", "Periods", [["count", "Periods"], ["minutes", "Length, minutes"], ["overtime_minutes", "Overtime, minutes"]]],
  ["penalties", "Penalties", [["minor", "Minor, minutes of clock"], ["major", "Major, minutes of clock"], ["misconduct", "Misconduct, minutes of clock"], ["minor_pim", "Minor, minutes booked (PIM)"], ["major_pim", "Major, minutes booked (PIM)"], ["misconduct_pim", "Misconduct, minutes booked (PIM)"]]],
];
const shown = (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : String(value ?? "–"));

/** `league.toml` with these rules, as a file to change and to bring again. */
function asToml(rules) {
  const lines = (group, names) => names.map(([name]) => `${name} = ${JSON.stringify(group[name])}`);
  return GROUPS.map(([section, , names]) => (section ? [`[${section}]`, ...lines(rules[section], names)] : lines(rules, names)).join("\n")).join("\n\n") + "\n";
}

export function Rules() {
  const found = useLoad(() => get("/api/rules"), []);
  return html`<section class="card" aria-label="League rules"><h2>League rules</h2><${Loaded} of=${found}>${({ published, next_run: next, has_file: hasFile, pending, problem }) => html`
    <p>${hasFile ? html`By the file <code>league.toml</code>; what it does not say is as by default.` : html`No <code>league.toml</code> was brought, so these are the defaults.`}${" "}
      To change them, download the rules, edit the file, and bring it under <a href="#run">Run</a>; they hold from the next run on, for past seasons too.</p>
    ${problem && html`<p class="notice bad" role="alert"><strong>${problem}</strong><br />A run fails until a file that can be used is brought.</p>`}
    ${pending && html`<p class="notice busy">The next run goes by other rules than the published league: run the ETL under <a href="#run">Run</a>.</p>`}
    <details open=${pending}><summary>The rules</summary><div class="slim aligned">${GROUPS.map(([section, title, names]) => {
      const of = (rules, name) => shown(section ? rules?.[section]?.[name] : rules?.[name]);
      return html`<h3>${title}</h3><${Table} caption=${`Rules: ${title}`} rows=${names} onRow=${([name]) => (pending && of(published, name) !== of(next, name) ? "staged" : "")} columns=${[
        { name: "rule", label: "Rule", cell: ([, label]) => label }, { name: "now", label: published ? "Published league" : "Next run", numeric: true, cell: ([name]) => of(published ?? next, name) },
        ...(pending ? [{ name: "next", label: "Next run", numeric: true, cell: ([name]) => of(next, name) }] : [])]} />`;
    })}</div></details>
    ${(next ?? published) && html`<p><button type="button" onClick=${() => save(new Blob([asToml(next ?? published)], { type: "application/toml" }), "league.toml")}>Download as league.toml</button></p>`}`}<//></section>`;
}

/** What the standings go by, in one sentence. */
export function RulesInShort() {
  const found = useLoad(() => get("/api/rules"), []);
  return html`<${Loaded} of=${found}>${({ published }) => {
    if (!published) return null;
    const { points, playoff_places: places } = published;
    const extra = points.overtime_loss === points.loss && points.shootout_loss === points.loss && points.overtime_win === points.win && points.shootout_win === points.win ? ""
      : `; in overtime ${points.overtime_win} and ${points.overtime_loss}, in a shootout ${points.shootout_win} and ${points.shootout_loss}`;
    return html`<p class="quiet">Points: ${points.win} for a win, ${points.tie} for a tie, ${points.loss} for a loss${extra}. ${places} ${places === 1 ? "team reaches" : "teams reach"} the playoffs. The rules hold for past seasons too. <a href="#settings">League rules</a></p>`;
  }}<//>`;
}
