// Plots by uPlot, which is loaded when the first one is drawn. Each has its figures as a table for who cannot see it.

import { html, useEffect, useRef } from "../vendor/htm-preact.js";
import { Failure, Table, text, useLoad } from "../ui.js";

/** A day as plots have it: seconds since 1970, at noon, which no time zone moves to another day. */
export const noon = (iso) => Date.parse(`${iso}T12:00:00Z`) / 1000;

/** The sums up to each value; what is missing adds nothing. */
export function soFar(values) {
  let sum = 0;
  return values.map((value) => (sum += value ?? 0));
}

let library;
function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "vendor/uPlot.min.css" });
    const script = Object.assign(document.createElement("script"), { src: "vendor/uPlot.iife.min.js" });
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => { library = undefined; reject(new Error("The plotting library could not be loaded")); };
    document.head.append(style, script);
  });
  return library;
}

const COLOURS = ["--home", "--away", "--good", "--busy", "--bad", "--soft"];
const colour = (index) => getComputedStyle(document.documentElement).getPropertyValue(COLOURS[index % COLOURS.length]).trim();

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]; // between the lines of a plot of whole numbers
const fromNought = (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, high ?? 0) * 1.08];

/**
 * Lines or points over a common axis. `x`: `{label, values, isDate?}` (dates as seconds since 1970), `series`:
 * `[{label, values, points?}]`, `range` of the y axis where it is fixed.
 */
export function Plot({ title, x, series, height = 220, range }) {
  const place = useRef(null);
  const loaded = useLoad(loadLibrary, []);
  useEffect(() => {
    const UPlot = loaded.data;
    if (!UPlot || !place.current) return undefined;
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--soft").trim();
    const isWhole = series.every((s) => s.values.every((v) => v === null || Number.isInteger(v)));
    const axis = { stroke: ink, font: "12px system-ui, sans-serif", grid: { stroke: `${ink}26`, width: 1 }, ticks: { show: false } };
    const drawn = new UPlot({
      width: place.current.clientWidth, height, scales: { x: { time: Boolean(x.isDate) }, y: { range: range ?? fromNought } },
      legend: { live: false }, // the pointer's figures are in the table below, which everybody can read
      axes: [{ ...axis, grid: { show: false }, ...(!x.isDate && { label: x.label }) }, { ...axis, size: 42, ...(isWhole && { incrs: STEPS }) }],
      series: [{ label: x.label }, ...series.map((s, i) => ({
        label: s.label, stroke: colour(i), width: 2, spanGaps: true,
        ...(s.points && { paths: () => null, points: { show: true, size: 9, fill: `${colour(i)}99` } }),
      }))],
    }, [x.values, ...series.map((s) => s.values)], place.current);
    const fit = new ResizeObserver(() => place.current && drawn.setSize({ width: place.current.clientWidth, height }));
    fit.observe(place.current);
    return () => { fit.disconnect(); drawn.destroy(); };
  }, [loaded.data, JSON.stringify([x, series, range])]);
  const columns = [{ name: "x", label: x.label, cell: (i) => (x.isDate ? new Date(x.values[i] * 1000).toLocaleDateString() : text(x.values[i])) },
    ...series.map((s, n) => ({ name: `y${n}`, label: s.label, numeric: true, cell: (i) => text(s.values[i]) }))];
  return html`<figure aria-label=${title} role="group">
    <figcaption><h3>${title}</h3></figcaption>
    ${loaded.error && html`<${Failure} error=${loaded.error} retry=${loaded.reload} />`}
    <div ref=${place} aria-hidden="true"></div>
    <details><summary>The figures as a table</summary><${Table} caption=${title} columns=${columns} rows=${x.values.map((_, i) => i)} /></details>
  </figure>`;
}
