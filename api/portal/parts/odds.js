// Odds of games as bars.

import { html } from "../vendor/htm-preact.js";
import { Table, day, number, percent } from "../ui.js";

/** Home, tie and away probability (each 0 to 1) as one bar; the figures are in its label, and in it where they have room. */
export function OddsBar({ home, tie = 0, away, isSmall }) {
  const room = isSmall ? 0.2 : 0.1;
  const label = `home ${percent(home)}${tie ? `, tie ${percent(tie)}` : ""}, away ${percent(away)}`;
  const part = (kind, share) => share > 0 && html`<span class=${kind} style=${{ width: `${share * 100}%` }}>${share >= room ? percent(share) : ""}</span>`;
  return html`<div class="odds" role="img" aria-label=${label} title=${label}>${part("home", home)}${part("tie", tie)}${part("away", away)}</div>`;
}

/** `games` as GET /api/ml/upcoming gives them. */
export function Odds({ games }) {
  return html`<${Table} caption="Next games with their odds" rows=${games} rowKey=${(g) => g.game_id} empty="No game is scheduled." columns=${[
    { name: "date", label: "Date", cell: (g) => html`<a href=${`#game/${g.game_id}`}>${day(g.date)}</a>` },
    { name: "home", label: "Home", cell: (g) => g.details.home_team ?? g.home_team_id },
    { name: "odds", label: "Odds", title: "home wins, tie, away wins", cell: (g) => html`<${OddsBar} home=${g.details.home_win} tie=${g.details.tie} away=${g.details.away_win} isSmall />` },
    { name: "away", label: "Away", cell: (g) => g.details.away_team ?? g.away_team_id },
    { name: "goals", label: "Expected goals", numeric: true, cell: (g) => `${number(g.details.expected_home_goals, 1)} – ${number(g.details.expected_away_goals, 1)}` },
    { name: "confidence", label: "Right so far", numeric: true, title: "how often the backtest's call was right at odds like these", cell: (g) => percent(g.confidence) }]} />
    ${games.length > 0 && html`<p class="quiet">Odds: home wins (blue), tie (grey), away wins (orange). “Right so far” is how often such a call came true at odds like these, on games that the model had not seen.</p>`}`;
}
