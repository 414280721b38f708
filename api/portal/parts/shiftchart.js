// Who was on the ice when: a line per player, a bar per stretch, goals as marks.

import { html } from "../vendor/htm-preact.js";
import { clock } from "../ui.js";

const ROW = 16;
const LEFT = 170;
const WIDTH = 1000;

/** `shifts` and `onIce` are the rows of fact_shifts and fact_shift_players of one game. */
export function ShiftChart({ shifts, onIce, names, goals }) {
  if (!onIce.length) return html`<p class="quiet">No shifts were tracked.</p>`;
  const begins = {};
  let elapsed = 0;
  for (const s of shifts) {
    begins[s.shift_id] = elapsed;
    elapsed += s.shift_duration ?? 0;
  }
  const scale = (seconds) => LEFT + (seconds / Math.max(elapsed, 1)) * (WIDTH - LEFT - 10);
  const length = Object.fromEntries(shifts.map((s) => [s.shift_id, s.shift_duration ?? 0]));
  const people = [...new Map(onIce.map((r) => [r.player_id, r])).values()].sort((a, b) => a.team_venue.localeCompare(b.team_venue) * -1 || Number(a.is_goalie) - Number(b.is_goalie));
  const height = people.length * ROW + 24;
  const total = (id) => onIce.filter((r) => r.player_id === id).reduce((sum, r) => sum + length[r.shift_id], 0);
  const byShift = new Map(goals.map((g) => [g.goal_id, begins[g.shift_id]]));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Shifts"><svg class="shifts" viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label="Shifts of each player over the game; ice times are in the table of skaters">
    ${goals.filter((g) => byShift.get(g.goal_id) !== undefined).map((g) => { const x = scale(byShift.get(g.goal_id) + length[g.shift_id]);
      return html`<line x1=${x} x2=${x} y1="0" y2=${height - 20} stroke="var(--bad)" stroke-dasharray="3 3"><title>Goal: ${g.scorer_name ?? "?"}</title></line>`; })}
    ${people.map((p, row) => html`<g transform=${`translate(0 ${row * ROW})`}><text x="0" y="12">${(names[p.player_id] ?? p.player_id).slice(0, 24)}</text>
      ${onIce.filter((r) => r.player_id === p.player_id).map((r) => html`<rect x=${scale(begins[r.shift_id] ?? 0)} y="2" width=${Math.max(1, scale((begins[r.shift_id] ?? 0) + (length[r.shift_id] ?? 0)) - scale(begins[r.shift_id] ?? 0))} height="12" fill=${p.team_venue === "home" ? "var(--home)" : "var(--away)"}><title>${names[p.player_id]}: ${clock(length[r.shift_id])}, ${clock(total(p.player_id))} in all</title></rect>`)}</g>`)}
    <text x=${LEFT} y=${height - 4}>0:00</text><text x=${WIDTH - 50} y=${height - 4}>${clock(elapsed)}</text></svg></div>`;
}
