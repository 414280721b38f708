// Who is signed in: kept as long as the tab is open. A sign-in with Supabase Auth is renewed before its token ends.

const KEPT = "benchsight-credentials"; // in sessionStorage, which is gone when the tab closes
const EARLY_SECONDS = 60;

/** A refusal of Supabase Auth, or that it does not answer. */
export class SignInFailed extends Error {
  constructor(message, hint, isFinal = false) {
    super(message);
    this.hint = hint;
    this.isFinal = isFinal; // it would be refused again
  }
}

export const credentials = {
  get: () => JSON.parse(sessionStorage.getItem(KEPT) ?? "null"),
  set(value) {
    if (value) sessionStorage.setItem(KEPT, JSON.stringify(value));
    else sessionStorage.removeItem(KEPT);
    window.dispatchEvent(new Event("credentials"));
  },
};

const REFUSALS = {
  invalid_credentials: ["The e-mail address or the password is wrong", "Try again; a forgotten password is reset where your league's site lets you sign in."],
  invalid_grant: ["The e-mail address or the password is wrong", "Try again; a forgotten password is reset where your league's site lets you sign in."],
  email_not_confirmed: ["The e-mail address is not confirmed yet", "Follow the link in the mail that you got when you signed up."],
  user_banned: ["This account is blocked", "Ask an admin of your league."],
  over_request_rate_limit: ["Too many tries", "Wait a minute, then try again."],
};

async function ask(project, path, body, token) {
  const answer = await fetch(project.url + path, {
    method: "POST", body: JSON.stringify(body),
    headers: { apikey: project.anon_key, "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
  }).catch(() => { throw new SignInFailed("Supabase Auth does not answer", "Check that you are online and try again; the API itself may well work."); });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const [message, hint] = REFUSALS[said.error_code ?? said.error] ?? (answer.status === 429 ? REFUSALS.over_request_rate_limit
    : [said.msg ?? said.error_description ?? `Supabase Auth answered ${answer.status}`, "If it stays, ask an admin of your league."]);
  throw new SignInFailed(message, hint, answer.status >= 400 && answer.status < 500 && answer.status !== 429);
}

const kept = (project, grant) => ({
  token: grant.access_token,
  supabase: { project, refreshToken: grant.refresh_token, endsAt: Date.now() + grant.expires_in * 1000 },
});

/** Exchanges e-mail and password for credentials, which are not kept yet. Throws SignInFailed. */
export const passwordSignIn = async (project, email, password) => kept(project, await ask(project, "/token?grant_type=password", { email, password }));

let renewing;

/** New credentials for those that are about to end; signs out where Supabase Auth refuses. Throws SignInFailed. */
export function renewed() {
  renewing ??= (async () => {
    const before = credentials.get();
    const { project, refreshToken } = before.supabase;
    try {
      credentials.set({ ...before, ...kept(project, await ask(project, "/token?grant_type=refresh_token", { refresh_token: refreshToken })) });
    } catch (error) {
      if (error.isFinal) credentials.set(null);
      throw error;
    }
    return credentials.get();
  })().finally(() => { renewing = undefined; });
  return renewing;
}

/** The token to send now, if anybody is signed in. */
export async function currentToken() {
  const held = credentials.get();
  const left = held?.supabase ? held.supabase.endsAt - Date.now() : Infinity;
  if (left > EARLY_SECONDS * 1000) return held?.token;
  try {
    return (await renewed()).token;
  } catch (error) {
    if (left > 0 && credentials.get()) return held.token; // it still holds; the next request tries again
    throw error;
  }
}

/** Ends the session of these credentials at Supabase Auth, where they are of there and it answers. */
export async function endSession(held) {
  if (held?.supabase) await ask(held.supabase.project, "/logout?scope=local", {}, held.token).catch(() => {});
}

/** Forgets who is signed in, here and there. */
export async function signOut() {
  const held = credentials.get();
  credentials.set(null);
  await endSession(held);
}
