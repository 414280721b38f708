// Plots by uPlot, which is loaded when the first one is drawn. Each has its figures as a table for who cannot see it.

import { html, useEffect, useRef } from "../vendor/htm-preact.js";
import { Failure, Table, text, useLoad } from "../ui.js";

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

/**
 * Lines or points over a common axis. `x`: `{label, values, isDate?}` (dates as seconds since 1970), `series`:
 * `[{label, values, points?}]`, `range` of the y axis where it is fixed.
 */
export function Plot({ title, x, series, height = 260, range }) {
  const place = useRef(null);
  const loaded = useLoad(loadLibrary, []);
  useEffect(() => {
    const UPlot = loaded.data;
    if (!UPlot || !place.current) return undefined;
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--soft").trim();
    const axis = { stroke: ink, grid: { stroke: `${ink}33` }, ticks: { stroke: `${ink}66` } };
    const drawn = new UPlot({
      width: place.current.clientWidth, height, scales: { x: { time: Boolean(x.isDate) }, ...(range && { y: { range } }) },
      legend: { live: false }, // the pointer's figures are in the table below, which everybody can read
      axes: [{ ...axis, label: x.label }, axis],
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
