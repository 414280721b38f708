// A rink as SVG, in feet from centre ice: 200 long, 85 wide (NHL rule 1), the y axis upwards.

import { html } from "../vendor/htm-preact.js";

const GOAL_LINE = 89;
const BLUE_LINE = 25;
const CIRCLES = [[0, 0], [69, 22], [69, -22], [-69, 22], [-69, -22]];

/** `shots`: `{x, y, side: "home"|"away", isGoal, label}` in feet. */
export function Rink({ shots, title }) {
  return html`<svg class="rink" viewBox="-101 -43.5 202 87" role="img" aria-label=${title}>
    <rect class="ice" x="-100" y="-42.5" width="200" height="85" rx="28" />
    ${[-BLUE_LINE, BLUE_LINE].map((x) => html`<line class="blue line" x1=${x} x2=${x} y1="-42.5" y2="42.5" />`)}
    <line class="red line" x1="0" x2="0" y1="-42.5" y2="42.5" />
    ${[-GOAL_LINE, GOAL_LINE].map((x) => html`<line class="red" x1=${x} x2=${x} y1="-37" y2="37" />`)}
    ${CIRCLES.map(([x, y]) => html`<circle class="red" cx=${x} cy=${y} r="15" />`)}
    ${[-1, 1].map((end) => html`<path class="crease" d=${`M${end * GOAL_LINE} -4 a6 6 0 0 ${end > 0 ? 0 : 1} 0 8`} />
      <rect class="red" x=${end > 0 ? GOAL_LINE : -GOAL_LINE - 3.3} y="-3" width="3.3" height="6" />`)}
    ${shots.map((s) => html`<circle class=${`shot ${s.side} ${s.isGoal ? "goal" : ""}`} cx=${s.x} cy=${-s.y} r=${s.isGoal ? 2.4 : 1.5}><title>${s.label}</title></circle>`)}
  </svg>`;
}
