// Signing in: by e-mail and password where the server names a Supabase project, by a key, or by another issuer's token.

import { html, useState } from "../vendor/htm-preact.js";
import { credentials, get, post } from "../client.js";
import { endSession, passwordSignIn } from "../session.js";
import { ActForm, Loaded, useLoad } from "../ui.js";

/** Keeps `held` when the server knows its holder and their role; else the refusal is thrown, and nothing is kept. */
async function enter(held) {
  try {
    const { name, role } = await get("/api/auth/me", {}, { headers: { Authorization: `Bearer ${held.token}` } });
    credentials.set({ ...held, name, role });
  } catch (error) {
    await endSession(held);
    if (error.status === 403) error.hint = 'Your account has no role in this league yet: an admin writes one into its app_metadata, as in {"role": "operator"}.';
    throw error;
  }
}

async function enterWithKey(key) {
  const answer = await post("/api/auth/token", { api_key: key });
  credentials.set({ token: answer.access_token, name: answer.name, role: answer.role });
}

/** Every way in that this server has; the first of them open. */
export function SignIn() {
  const providers = useLoad(() => get("/api/auth/providers"), []);
  return html`<${Loaded} of=${providers}>${({ supabase }) => html`
    ${supabase ? html`<${Password} project=${supabase} /><details><summary>Use an API key</summary><${Key} /></details>` : html`<${Key} />`}
    <details><summary>Use an access token</summary><${Token} /></details>`}<//>`;
}

function Password({ project }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return html`<${ActForm} verb="Sign in" disabled=${!email.trim() || !password} act=${async () => enter(await passwordSignIn(project, email.trim(), password))}>
    <label class="field">E-mail<input type="email" autocomplete="username" value=${email} onInput=${(e) => setEmail(e.target.value)} /></label>
    <label class="field">Password<input type="password" autocomplete="current-password" value=${password} onInput=${(e) => setPassword(e.target.value)} /></label><//>`;
}

function Key() {
  const [key, setKey] = useState("");
  return html`<${ActForm} verb="Sign in" disabled=${!key.trim()} act=${() => enterWithKey(key.trim())}>
    <label class="field">API key<input type="password" autocomplete="off" value=${key} onInput=${(e) => setKey(e.target.value)} /></label><//>`;
}

function Token() {
  const [token, setToken] = useState("");
  return html`<p class="quiet">Of an issuer that the server trusts (Supabase Auth or JWT_ISSUER). It is not renewed: when it ends, you sign in again.</p>
    <${ActForm} verb="Use this token" kind="" disabled=${!token.trim()} act=${() => enter({ token: token.trim() })}>
    <label class="field">Access token<textarea rows="3" autocomplete="off" spellcheck="false" value=${token} onInput=${(e) => setToken(e.target.value)}></textarea></label><//>`;
}

/** The whole page in place of one that only those who are known may see. */
export function SignInPage() {
  return html`<section class="card narrow"><h1>Sign in</h1><p>This server answers only those it knows.</p><${SignIn} />
    <p class="quiet">No key? An admin of your league makes one under Settings, or with <code>python -m api.keys create</code>.</p></section>`;
}
