// What the models expect of a player's or a team's next game, how sure that is, and what it comes from.

import { html } from "../vendor/htm-preact.js";
import { get, post, trainedModels } from "../client.js";
import { Figure, Loaded, capital, number, percent, useLoad } from "../ui.js";
import { OddsBar } from "./odds.js";

/** What `ask` answers, or that nothing is trained yet, which a page is no worse for. */
const ifTrained = async (ask) => (await trainedModels() ? ask() : { isUntrained: true });
const Untrained = () => html`<p class="quiet">No models are trained yet: <a href="#predictions">train them</a> for a forecast.</p>`;
const range = ([low, high], show = number) => `${show(low)} to ${show(high)}`;
const games = (count) => `${count} ${count === 1 ? "game" : "games"}`;

/** A skater's and a goalie's next game; nothing where the models know neither. */
export function PlayerForecast({ id }) {
  const found = useLoad(() => ifTrained(() => post("/api/ml/predict/batch", { requests: [{ model: "goal_prediction", features: { player_id: id, game_context: {} } },
    { model: "goalie_performance", features: { player_id: id } }, { model: "similar_players", features: { player_id: id } }] })), [id]);
  return html`<${Loaded} of=${found} label="Asking the models">${(answer) => {
    if (answer.isUntrained) return html`<section class="card" aria-label="Next game"><h2>Next game</h2><${Untrained} /></section>`;
    const [skater, goalie, alike] = answer.predictions.map((item) => item.prediction);
    return html`${skater && html`<${Skater} forecast=${skater} />`}${goalie && html`<${Goalie} forecast=${goalie} />`}${alike && html`<${Alike} forecast=${alike} />`}`;
  }}<//>`;
}

function Skater({ forecast: { prediction, confidence, details, warnings } }) {
  return html`<section class="card" aria-label="Next game"><h2>Next game</h2>
    <div class="figures"><${Figure} value=${percent(prediction)} label="chance to score" /><${Figure} value=${percent(details.chance_of_a_point)} label="chance of a point" />
      <${Figure} value=${number(details.expected_goals, 2)} label="goals expected" /><${Figure} value=${number(details.expected_assists, 2)} label="assists expected" /></div>
    <p>Nine times in ten: ${range(details.points_interval)} points, ${range(details.goals_interval)} goals.</p>
    <p class="quiet">From ${games(details.games)} on the game sheets, newer ones counting for more, and from what players of the same position and skill do. No opponent is named, so an average one is meant.</p>
    <${Measured} confidence=${confidence} what="a call of “scores” or “does not” that was as sure as this one was right" warnings=${warnings} /></section>`;
}

function Goalie({ forecast: { prediction, confidence, interval, details, warnings } }) {
  return html`<section class="card" aria-label="Next game in goal"><h2>Next game in goal</h2>
    <div class="figures"><${Figure} value=${percent(prediction, 1)} label="of shots saved" /><${Figure} value=${number(details.expected_goals_against, 1)} label="goals against expected" />
      <${Figure} value=${number(details.expected_shots_against)} label="shots against expected" /></div>
    <p>Nine times in ten: ${range(interval, percent)} saved, ${range(details.goals_against_interval)} goals against.</p>
    <p class="quiet">From ${games(details.games)} in goal, drawn towards the league's ${percent(details.league_save_rate, 1)} the fewer they are.</p>
    <${Measured} confidence=${confidence} what="such a range held" warnings=${warnings} /></section>`;
}

function Alike({ forecast: { details } }) {
  return html`<section class="card" aria-label="Players like this one"><h2>Players like this one</h2>
    <p class="row">${details.similar.map((p) => html`<a href=${`#player/${p.player_id}`}>${p.player}</a>`)}</p>
    <p class="quiet">By eleven rates of their tracked games, such as shots, passes and zone entries; ice time and luck are allowed for.</p></section>`;
}

/** The odds of a game that is not played yet. */
export function GameForecast({ gameId }) {
  const found = useLoad(() => ifTrained(() => get("/api/ml/upcoming")), [gameId]);
  return html`<section class="card" aria-label="Forecast"><h2>Forecast</h2><${Loaded} of=${found} label="Asking the models">${(answer) => {
    if (answer.isUntrained) return html`<${Untrained} />`;
    const forecast = answer.games.find((game) => game.game_id === gameId);
    if (!forecast) return html`<p class="quiet">The models do not know this game yet: it came into the schedule after they were trained, or is of an older season.</p>`;
    const { details, interval, confidence, warnings } = forecast;
    return html`<${OddsBar} home=${details.home_win} tie=${details.tie} away=${details.away_win} />
      <p>${details.home_team} wins with ${percent(details.home_win)}${interval ? ` (nine times in ten the true chance is ${range(interval, percent)})` : ""}, ${details.away_team} with ${percent(details.away_win)}${details.tie > 0.005 ? `; a tie with ${percent(details.tie)}` : ""}.</p>
      <p>Goals expected: ${number(details.expected_home_goals, 1)} – ${number(details.expected_away_goals, 1)}.</p>
      <p class="quiet">From the results of both teams and of those they played, home ice, and days of rest.</p>
      <${Measured} confidence=${confidence} what="the likeliest outcome came true at odds like these" warnings=${warnings} />`;
  }}<//></section>`;
}

function Measured({ confidence, what, warnings = [] }) {
  return html`<p class="quiet">${confidence === null || confidence === undefined ? "How often such forecasts hold is not measured yet: too few games."
    : `Measured on games that the model had not seen: ${what} in ${percent(confidence)} of cases.`} <a href="#predictions/models">How good the models are</a></p>
    ${warnings.map((warning) => html`<p class="notice busy">${capital(warning)}.</p>`)}`;
}
