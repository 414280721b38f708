// Who you are, who else may do what, and how the database is reached.

import { html, useState } from "../vendor/htm-preact.js";
import { API, ApiError, credentials, download, get, list, post, remove } from "../client.js";
import { JobPanel } from "../parts/job.js";
import { Act, Badge, Confirm, Dialog, Loaded, Table, moment, useLoad } from "../ui.js";

const ROLES = [["viewer", "reads"], ["scorer", "and brings tracked games"], ["operator", "and runs, publishes, corrects, trains"], ["admin", "and deletes, changes the schema, keeps the keys"]];

export default function Settings({ session }) {
  const me = useLoad(() => get("/api/auth/me").catch((error) => {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }), [session?.token]);
  return html`<h1>Settings</h1><${Loaded} of=${me}>${(who) => html`
    <div class="columns"><${SignIn} who=${who} session=${session} />${who && html`<${Database} isAdmin=${who.role === "admin"} />`}</div>
    ${who?.role === "admin" && html`<${Keys} /><${Audit} />`}`}<//>`;
}

function SignIn({ who, session }) {
  const [key, setKey] = useState("");
  const [token, setToken] = useState("");
  const withKey = async () => {
    const answer = await post("/api/auth/token", { api_key: key.trim() });
    credentials.set({ token: answer.access_token, name: answer.name, role: answer.role });
  };
  const withToken = async () => {
    credentials.set({ token: token.trim(), name: "", role: "" });
    try {
      const answer = await get("/api/auth/me");
      credentials.set({ token: token.trim(), name: answer.name, role: answer.role });
    } catch (error) {
      credentials.set(null);
      throw error;
    }
  };
  return html`<section class="card"><h2>You</h2>
    ${who ? html`<p>You are <strong>${who.name}</strong> <${Badge} tone="good">${who.role}<//></p>${who.kind === "machine" && html`<p class="quiet">This server asks nobody on its own computer for a key. Set ADMIN_API_KEY before others can reach it.</p>`}` : html`<p class="notice busy">Sign in to use the portal.</p>`}
    ${session ? html`<${Act} act=${async () => credentials.set(null)}>Sign out<//>` : html`
      <form onSubmit=${(e) => e.preventDefault()}><label class="field">API key<input type="password" autocomplete="off" value=${key} onInput=${(e) => setKey(e.target.value)} /></label>
        <p><${Act} kind="primary" disabled=${!key.trim()} act=${withKey}>Sign in<//></p></form>
      <details><summary>Sign in with Supabase Auth</summary><p>Sign in where your league's site lets you, and paste the access token that it holds for you. Your role is the one in its <code>app_metadata.role</code>.</p>
        <label class="field">Access token<textarea rows="3" autocomplete="off" value=${token} onInput=${(e) => setToken(e.target.value)}></textarea></label><p><${Act} disabled=${!token.trim()} act=${withToken}>Use this token<//></p></details>
      <details><summary>What the roles may do</summary><ul>${ROLES.map(([role, may]) => html`<li><strong>${role}</strong> ${may}</li>`)}</ul></details>`}
    <p class="quiet">API: ${API}</p></section>`;
}

function Database({ isAdmin }) {
  const status = useLoad(() => get("/api/status"), []);
  const [jobId, setJobId] = useState(null);
  const [applying, setApplying] = useState(false);
  const write = async (apply) => setJobId((await post("/api/upload/generate-schema", { options: { apply } })).job_id);
  return html`<section class="card"><h2>Server and database</h2><${Loaded} of=${status}>${(s) => html`
    <p><${Badge} tone=${s.warehouse.connected ? "good" : "bad"}>${s.warehouse.connected ? "database answers" : "database does not answer"}<//> ${s.warehouse.backend} ${s.warehouse.server_version ?? ""} ${s.warehouse.latency_ms ? `${s.warehouse.latency_ms} ms` : ""}</p>
    <p class="quiet">Version ${s.version}, ${s.environment}; ${s.jobs.running} jobs run, ${s.jobs.pending} wait; ${(s.disk.free_bytes / 1e9).toFixed(1)} GB free</p>
    ${s.warnings.map((w) => html`<p class="notice busy">${w}</p>`)}`}<//>
    <details><summary>Set up a Supabase project</summary><ol><li>Write the schema, then download it.</li><li>In Supabase, open <em>SQL Editor</em>, paste the file and run it. With a direct connection (SUPABASE_DB_URL) the server can run it itself.</li>
      <li>Set SUPABASE_URL and SUPABASE_SERVICE_KEY, or SUPABASE_DB_URL, on the server and start it again.</li></ol>
      <div class="row"><${Act} act=${() => write(false)}>Write the schema<//><${Act} act=${() => download("/api/upload/schema", {}, "reset_supabase.sql")}>Download it<//>
        ${isAdmin && html`<button type="button" onClick=${() => setApplying(true)}>Run it on the database …</button>`}</div></details>
    ${applying && html`<${Confirm} title="Run the schema on the database?" verb="Run it" onClose=${() => setApplying(false)} act=${() => write(true)}><p>Tables, views and rules of access are created or brought up to date in the database of this server. Rows stay.</p><//>`}
    ${jobId && html`<${JobPanel} jobId=${jobId} />`}</section>`;
}

function Keys() {
  const keys = useLoad(() => get("/api/auth/keys"), []);
  const [made, setMade] = useState(null);
  const [revoking, setRevoking] = useState(null);
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const create = async () => { setMade(await post("/api/auth/keys", { name: name.trim(), role })); setName(""); keys.reload(); };
  return html`<section class="card"><h2>Keys</h2><${Loaded} of=${keys}>${(all) => html`<${Table} caption="Keys" rows=${all} rowKey=${(k) => k.id} onRow=${(k) => (k.revoked_at ? "out" : "")} empty="No key has been made yet." columns=${[{ name: "name", label: "For" }, { name: "prefix", label: "Begins with" }, { name: "role", label: "Role" },
      { name: "used", label: "Last used", cell: (k) => moment(k.last_used_at) }, { name: "ends", label: "Ends", cell: (k) => (k.revoked_at ? `revoked ${moment(k.revoked_at)}` : moment(k.expires_at)) },
      { name: "act", label: "", cell: (k) => !k.revoked_at && html`<button type="button" aria-label=${`Revoke the key for ${k.name}`} onClick=${() => setRevoking(k)}>Revoke</button>` }]} />`}<//>
    <form class="row" onSubmit=${(e) => e.preventDefault()}><label class="field">For whom or what<input value=${name} maxlength="80" onInput=${(e) => setName(e.target.value)} /></label>
      <label class="field">Role<select value=${role} onChange=${(e) => setRole(e.target.value)}>${ROLES.map(([r]) => html`<option value=${r} selected=${r === role}>${r}</option>`)}</select></label><${Act} disabled=${!name.trim()} act=${create}>Make a key<//></form>
    ${made && html`<${Dialog} title="The new key" onClose=${() => setMade(null)}><p>This is shown once. Copy it now and give it to ${made.name}.</p><pre class="log" tabindex="0">${made.key}</pre><footer><button type="button" class="primary" onClick=${() => setMade(null)}>I have copied it</button></footer><//>`}
    ${revoking && html`<${Confirm} title="Revoke this key?" verb="Revoke it" onClose=${() => setRevoking(null)} act=${async () => { await remove(`/api/auth/keys/${revoking.id}`); keys.reload(); }}><p>Whoever uses the key for ${revoking.name} is refused within seconds. That cannot be undone.</p><//>`}</section>`;
}

function Audit() {
  const found = useLoad(() => list("/api/audit", { limit: 20 }), []);
  return html`<details class="card"><summary>Who did what</summary><${Loaded} of=${found}>${({ rows }) => html`<${Table} caption="Who did what, newest first" rows=${rows} empty="Nothing yet." columns=${[{ name: "at", label: "When", cell: (e) => moment(e.at) }, { name: "who", label: "Who", cell: (e) => `${e.actor}${e.role ? ` (${e.role})` : ""}` },
    { name: "action", label: "What" }, { name: "target", label: "On", cell: (e) => e.table_name ?? e.job_id ?? e.target }, { name: "status", label: "Answer", numeric: true }]} />`}<//></details>`;
}
