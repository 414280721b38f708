// The published leagues that are kept, and going back to one of them.

import { html, useState } from "../vendor/htm-preact.js";
import { get, post } from "../client.js";
import { For, useMay } from "../roles.js";
import { Badge, Confirm, Loaded, Table, moment, useLoad } from "../ui.js";

/** `onUpload` gets the job that brings the restored league into the database; `round` counts what may change the list. */
export function Snapshots({ onUpload, round }) {
  const kept = useLoad(() => get("/api/snapshots"), [round]);
  const mayGoBack = useMay("operator");
  const [chosen, setChosen] = useState(null);
  const restore = async () => {
    const { job } = await post(`/api/snapshots/${encodeURIComponent(chosen.snapshot_id)}/restore`, { upload: true });
    kept.reload();
    if (job) onUpload(job);
  };
  return html`<section class="card" aria-label="Published leagues"><h2>Go back</h2>
    <p class="quiet">Each run that publishes keeps the league as it was. If the newest is wrong, go back to an earlier one; the files and your corrections stay, so the next run makes it anew.</p>
    <${For} role="operator" what="To go back" />
    <${Loaded} of=${kept}>${(all) => html`<${Table} caption="Published leagues that are kept, the newest first" rows=${all} rowKey=${(s) => s.snapshot_id} empty="Nothing has been published yet." columns=${[
      { name: "created_at", label: "Published", cell: (s) => moment(s.created_at) },
      { name: "games", label: "Tracked games", numeric: true }, { name: "rows", label: "Rows", numeric: true, cell: (s) => s.rows?.toLocaleString() ?? "–" },
      { name: "state", label: "", cell: (s) => html`<span class="row">${s.current && html`<${Badge} tone="good">current<//>`}${s.in_warehouse && html`<${Badge} tone="good">in the database<//>`}
        ${s.restored_from && html`<${Badge}>restored<//>`}${s.problem && html`<${Badge} tone="bad">damaged<//> <span class="quiet">${s.problem}</span>`}</span>` },
      { name: "act", label: "", kind: "acts", cell: (s) => mayGoBack && !s.current && !s.problem && html`<button type="button" aria-label=${`Go back to the league of ${moment(s.created_at)}`} onClick=${() => setChosen(s)}>Go back …</button>` }]} />`}<//>
    ${chosen && html`<${Confirm} title="Go back to this league?" verb="Go back" keep="Stay" onClose=${() => setChosen(null)} act=${restore}>
      <p>The league of <strong>${moment(chosen.created_at)}</strong> (${chosen.games} tracked games, ${chosen.rows?.toLocaleString()} rows) is published again, here and in the database: what came later disappears from the site.</p>
      <p>Nothing is deleted. Files and corrections stay, what is published now is kept and can be gone back to in turn, and the next run builds the league from everything again.</p><//>`}
  </section>`;
}
