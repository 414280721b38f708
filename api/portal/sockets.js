// Being told, message by message, where a WebSocket can be had. docs/live.md has the protocol.

import { API, ApiError, credentials } from "./client.js";
import { currentToken, renewed } from "./session.js";

const OPENING = 5_000; // milliseconds until a proxy that swallows the handshake is given up on
const SILENCE = 30_000; // the server breaks silence after ten seconds, so the connection is lost
const PAUSE = 1_000; // before connecting again
const DO_WITHOUT = 60_000; // after a failure, so that not every job waits for another one
const REFUSALS = new Set([4400, 4401, 4403, 4404]); // asking in another way would be refused too

let without = 0; // until when no socket is tried

/**
 * Hands the messages of a socket to `onMessage`; connects again, with what `query()` then is, when the connection is
 * lost. Returns when everything is told, when `signal` aborts, or when there is no socket to be had, in which case the
 * caller has to ask. Throws `ApiError` when the server refuses.
 */
export async function listen(path, query, onMessage, signal) {
  let renewals = 0; // since anything was told
  while (!signal?.aborted && Date.now() >= without) {
    const { code, told, error } = await connect(path, query(), await currentToken(), onMessage, signal);
    if (code === 1000) return;
    if (told) renewals = 0;
    if (code === 4401 && credentials.get()?.supabase && renewals === 0) {
      renewals += 1;
      await renewed();
      continue;
    }
    if (REFUSALS.has(code)) {
      if (code === 4401 && credentials.get()) credentials.set(null);
      throw new ApiError(code - 4000, error);
    }
    if (!told && !signal?.aborted) without = Date.now() + DO_WITHOUT;
    else await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** One connection, until it ends: how, whether anything was told, and what the server's last word was. */
function connect(path, query, token, onMessage, signal) {
  return new Promise((resolve) => {
    const url = new URL(API.replace(/^http/, "ws") + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const socket = new WebSocket(url, ["benchsight", ...(token ? [`bearer.${token}`] : [])]); // in no address: those are logged
    let told = false;
    let error = null;
    let patience;
    const hangUp = () => { socket.close(); end({ code: 1006 }); };
    const end = ({ code }) => {
      clearTimeout(patience);
      signal?.removeEventListener("abort", hangUp);
      socket.onmessage = null;
      resolve({ code, told, error });
    };
    const wait = (time) => { clearTimeout(patience); patience = setTimeout(hangUp, time); };
    wait(OPENING);
    signal?.addEventListener("abort", hangUp);
    socket.onclose = end;
    socket.onmessage = ({ data }) => {
      wait(SILENCE);
      const message = JSON.parse(data);
      if (message.type === "error") {
        error = message;
      } else {
        told = true;
        onMessage(message);
      }
    };
  });
}
