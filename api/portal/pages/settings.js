// Who you are, who else may do what, and how the database is reached.

import { html, useState } from "../vendor/htm-preact.js";
import { API, download, get, list, post, remove } from "../client.js";
import { Health } from "../parts/health.js";
import { JobPanel } from "../parts/job.js";
import { Rules } from "../parts/rules.js";
import { SignIn } from "../parts/signin.js";
import { useMay } from "../roles.js";
import { signOut } from "../session.js";
import { Act, ActForm, Badge, Confirm, Dialog, Loaded, Pager, Table, moment, useLoad } from "../ui.js";

const ROLES = [["viewer", "reads"], ["scorer", "and brings tracked games"], ["operator", "and runs, publishes, corrects, trains"], ["admin", "and deletes, changes the schema, keeps the keys"]];

export default function Settings({ session }) {
  const me = useLoad(() => get("/api/auth/me"), [session?.token === undefined]);
  return html`<h1>Settings</h1><div class="columns halves"><${You} me=${me} session=${session} /><${Health} /></div>
    ${me.data && html`<${Rules} />`}
    ${me.data && html`<${Database} isAdmin=${me.data.role === "admin"} />`}
    ${me.data?.role === "admin" && html`<${Keys} isFirst=${me.data.kind === "machine"} /><${Audit} />`}`;
}

function You({ me, session }) {
  return html`<section class="card"><h2>You</h2><${Loaded} of=${me}>${(who) => html`
    <p>You are <strong>${who.name}</strong> <${Badge} tone="good">${who.role}<//></p>
    ${who.kind === "machine" && html`<p class="quiet">This server asks nobody on its own computer for a key. Make one below, or set ADMIN_API_KEY, before others can reach it.</p>`}
    ${session ? html`<p class="quiet">${session.supabase ? "Signed in with Supabase Auth, renewed by itself" : `Signed in until ${moment(who.expires_at)}`}; closing the tab signs you out.</p><p><${Act} act=${signOut}>Sign out<//></p>`
      : html`<details open=${who.kind !== "machine"}><summary>Sign in as somebody else</summary><${SignIn} /></details>`}
    <details><summary>What the roles may do</summary><ul>${ROLES.map(([role, may]) => html`<li><strong>${role}</strong> ${may}</li>`)}</ul></details>`}<//>
    <p class="quiet">API: <code>${API}</code> · <a href=${`${API}/docs`}>documentation</a></p></section>`;
}

function Database({ isAdmin }) {
  const [jobId, setJobId] = useState(null);
  const mayWrite = useMay("operator");
  const [applying, setApplying] = useState(false);
  const write = async (apply) => setJobId((await post("/api/upload/generate-schema", { options: { apply } })).job_id);
  return html`<section class="card"><h2>Database</h2>
    <p>Without any setting the server keeps an embedded PostgreSQL of its own. For a site of your own use a Supabase project, or any PostgreSQL:</p>
    <ol><li><strong>Schema.</strong> Write it, then download it. In Supabase open <em>SQL Editor</em>, paste the file and run it. With a direct connection (<code>SUPABASE_DB_URL</code>) the server can run it itself.</li>
      <li><strong>Connection.</strong> Set <code>SUPABASE_URL</code> and <code>SUPABASE_SERVICE_KEY</code>, or <code>SUPABASE_DB_URL</code>, on the server and start it again. Health says whether the database answers.</li>
      <li><strong>Sign-in.</strong> With <code>SUPABASE_ANON_KEY</code> too, people sign in here by e-mail and password. Give each a role in <code>app_metadata</code>.</li>
      <li><strong>Publish</strong> under <a href="#run">Run</a>.</li></ol>
    <div class="row">${mayWrite && html`<${Act} act=${() => write(false)}>Write the schema<//>`}<${Act} act=${() => download("/api/upload/schema", {}, "reset_supabase.sql")}>Download it<//>
      ${isAdmin && html`<button type="button" onClick=${() => setApplying(true)}>Run it on the database …</button>`}</div>
    ${applying && html`<${Confirm} title="Run the schema on the database?" verb="Run it" keep="Leave it" onClose=${() => setApplying(false)} act=${() => write(true)}><p>Tables, views and rules of access are created or brought up to date in the database of this server. Rows stay.</p><//>`}
    ${jobId && html`<${JobPanel} key=${jobId} jobId=${jobId} />`}</section>`;
}

/** The keys, and making one. The first of a server (`isFirst`) is an admin's and has no end, else it would lock everybody out. */
function Keys({ isFirst }) {
  const keys = useLoad(() => get("/api/auth/keys"), []);
  const [made, setMade] = useState(null);
  const [revoking, setRevoking] = useState(null);
  const [wanted, setWanted] = useState({ name: "", role: "operator", until: "" });
  const set = (changes) => setWanted({ ...wanted, ...changes });
  const create = async () => {
    const { name, role, until } = wanted;
    setMade(await post("/api/auth/keys", { name: name.trim(), role: isFirst ? "admin" : role, ...(until && { expires_at: `${until}T23:59:59Z` }) }));
    set({ name: "", until: "" });
    if (!isFirst) keys.reload();
  };
  const copied = () => (isFirst ? location.reload() : setMade(null)); // after the first, this machine is nobody until it signs in
  return html`<section class="card"><h2>Keys</h2><${Loaded} of=${keys}>${(all) => html`<${Table} caption="Keys" rows=${all} rowKey=${(k) => k.id} onRow=${(k) => (k.revoked_at ? "out" : "")} empty="No key has been made yet." columns=${[{ name: "name", label: "For" }, { name: "prefix", label: "Begins with" }, { name: "role", label: "Role" },
      { name: "used", label: "Last used", cell: (k) => moment(k.last_used_at) }, { name: "ends", label: "Ends", cell: (k) => (k.revoked_at ? `revoked ${moment(k.revoked_at)}` : k.expires_at ? moment(k.expires_at) : "never") },
      { name: "act", label: "", kind: "acts", cell: (k) => !k.revoked_at && html`<button type="button" aria-label=${`Revoke the key for ${k.name}`} onClick=${() => setRevoking(k)}>Revoke …</button>` }]} />`}<//>
    ${isFirst && html`<p class="notice">The first key closes the server to everybody without a key, you too, so it must be an admin's. With it you sign in and make the others.</p>`}
    <${ActForm} className="toolbar" verb="Make a key" kind="" disabled=${!wanted.name.trim()} act=${create}><label class="field">For whom or what<input value=${wanted.name} maxlength="80" onInput=${(e) => set({ name: e.target.value })} /></label>
      <label class="field">Role${isFirst ? html`<select disabled><option>admin</option></select>`
        : html`<select value=${wanted.role} onChange=${(e) => set({ role: e.target.value })}>${ROLES.map(([r]) => html`<option value=${r} selected=${r === wanted.role}>${r}</option>`)}</select>`}</label>
      ${!isFirst && html`<label class="field">Ends (if ever)<input type="date" value=${wanted.until} onInput=${(e) => set({ until: e.target.value })} /></label>`}<//>
    ${made && html`<${Dialog} title="The new key" onClose=${copied}><p>This is shown once. ${isFirst ? "Copy it now: the server is closed, and you sign in with this key." : `Copy it now and give it to ${made.name}.`}</p><pre class="log" tabindex="0" aria-label="Key">${made.key}</pre><footer><button type="button" class="primary" onClick=${copied}>I have copied it</button></footer><//>`}
    ${revoking && html`<${Confirm} title="Revoke this key?" verb="Revoke it" onClose=${() => setRevoking(null)} act=${async () => { await remove(`/api/auth/keys/${revoking.id}`); keys.reload(); }}><p>Whoever uses the key for ${revoking.name} is refused within seconds. That cannot be undone.</p><//>`}</section>`;
}

const LIMIT = 20;

function Audit() {
  const [open, setOpen] = useState(false);
  return html`<details class="card" onToggle=${(e) => setOpen(e.target.open)}><summary>Who did what</summary>${open && html`<${Deeds} />`}</details>`;
}

function Deeds() {
  const [offset, setOffset] = useState(0);
  const [shown, setShown] = useState(null);
  const found = useLoad(() => list("/api/audit", { limit: LIMIT, offset }), [offset]);
  return html`<${Loaded} of=${found}>${({ rows, total }) => html`<${Table} caption="Who did what, newest first" rows=${rows} rowKey=${(e) => e.id} empty="Nothing yet." columns=${[{ name: "at", label: "When", cell: (e) => moment(e.at) }, { name: "who", label: "Who", cell: (e) => `${e.actor}${e.role ? ` (${e.role})` : ""}` },
      { name: "action", label: "What", cell: (e) => e.action.replaceAll("_", " ") }, { name: "target", label: "On", cell: (e) => e.table_name ?? e.target }, { name: "status", label: "Answer", numeric: true },
      { name: "act", label: "", kind: "acts", cell: (e) => e.changes.length > 0 && html`<button type="button" onClick=${() => setShown(e)}>Changes</button>` }]} />
    <${Pager} total=${total} limit=${LIMIT} offset=${offset} onOffset=${setOffset} />`}<//>
    ${shown && html`<${Dialog} title=${`${shown.action.replaceAll("_", " ")} by ${shown.actor}`} onClose=${() => setShown(null)}>${shown.changes.map((c) => html`<h3>${c.table_name}</h3><pre class="log" tabindex="0" aria-label="Rows before and after">${JSON.stringify({ before: c.before, after: c.after }, null, 1)}</pre>`)}<//>`}`;
}
