// Whether the server has what it needs, in its own words.

import { html } from "../vendor/htm-preact.js";
import { ApiError, get, request } from "../client.js";
import { Badge, Loaded, milliseconds, useLoad } from "../ui.js";

/** The server's own word on each thing that it needs; a 503 tells as much as a 200. */
export async function readiness() {
  try {
    return await (await request("GET", "/api/ready")).json();
  } catch (error) {
    if (error instanceof ApiError && error.body?.checks) return error.body;
    throw error;
  }
}

export const NEEDS = { server: "Server", journal: "Journal of jobs", warehouse: "Database", disk: "Disk", queues: "Queues" };

export function Health() {
  const found = useLoad(async () => ({ ready: await readiness(), status: await get("/api/status").catch(() => null) }), []);
  return html`<section class="card" aria-label="Health"><div class="row spread"><h2>Health</h2><button type="button" class="small" onClick=${found.reload}>Check again</button></div>
    <${Loaded} of=${found}>${({ ready, status }) => html`<ul class="tasks">${ready.checks.map((c) => html`<li><${Badge} tone=${c.ok ? "good" : "bad"}>${c.ok ? "works" : "fails"}<//><span><strong>${NEEDS[c.name] ?? c.name}</strong><br /><span class="quiet">${c.detail}</span></span></li>`)}</ul>
      ${status && html`<p class="quiet">Version ${status.version}, ${status.environment}; ${status.warehouse.backend} database ${status.warehouse.server_version ?? ""}${status.warehouse.latency_ms ? `, answers in ${milliseconds(status.warehouse.latency_ms)}` : ""}; jobs running: ${status.jobs.running}, waiting: ${status.jobs.pending}${status.disk ? `; ${(status.disk.free_bytes / 1e9).toFixed(1)} GB free` : ""}.</p>
        ${status.warnings.map((w) => html`<p class="notice busy">${w}</p>`)}`}`}<//></section>`;
}
