// The frame around the pages: navigation by the address's hash, who is signed in, what is under way.

import { html, render, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { credentials, onTraffic } from "./client.js";
import { Failure, useLoad } from "./ui.js";

const PAGES = [
  { path: "", label: "Home", file: "home" },
  { path: "run", label: "Run", file: "run" },
  { path: "data", label: "Data", file: "data" },
  { path: "corrections", label: "Corrections", file: "corrections" },
  { path: "games", label: "Games", file: "games" },
  { path: "season", label: "Season", file: "season" },
  { path: "predictions", label: "Predictions", file: "predictions" },
  { path: "settings", label: "Settings", file: "settings" },
];
const DETAILS = { game: "game", team: "team", player: "player" };
const BELONGS = { game: "games", team: "season", player: "season" };

/** The address's hash as `{page, rest, query}`: `#data/dim_player?sort=x` has page `data` and rest `["dim_player"]`. */
function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...rest] = path.split("/").map(decodeURIComponent);
  return { page, rest, query: new URLSearchParams(query) };
}

function usePlace() {
  const [current, setCurrent] = useState(place);
  useEffect(() => {
    const follow = () => setCurrent(place());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return current;
}

function useTraffic() {
  const [busy, setBusy] = useState(false);
  useEffect(() => onTraffic((count) => setBusy(count > 0)), []);
  return busy;
}

function useSession() {
  const [session, setSession] = useState(credentials.get);
  useEffect(() => {
    const follow = () => setSession(credentials.get());
    window.addEventListener("credentials", follow);
    return () => window.removeEventListener("credentials", follow);
  }, []);
  return session;
}

function Portal() {
  const { page, rest, query } = usePlace();
  const session = useSession();
  const busy = useTraffic();
  const main = useRef(null);
  const found = PAGES.find((p) => p.path === page);
  const file = found?.file ?? DETAILS[page];
  const loaded = useLoad(async () => file && { file, Page: (await import(`./pages/${file}.js`)).default }, [file]);
  useEffect(() => {
    document.title = `${found?.label ?? page} – BenchSight`;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [page, rest.join("/")]);
  const isHere = (path) => path === page || BELONGS[page] === path;
  const Page = loaded.data?.file === file ? loaded.data.Page : null; // not the last page with this one's address
  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); main.current.focus(); }}>To the content</a>
    <header class="frame">
      <a class="brand" href="#"><img src="icon.svg" alt="" width="28" height="28" />BenchSight</a>
      <nav aria-label="Pages">${PAGES.map((p) => html`<a href=${`#${p.path}`} aria-current=${isHere(p.path) ? "page" : undefined}>${p.label}</a>`)}</nav>
      ${session && html`<span class="who">${session.name} · ${session.role}</span>`}
    </header>
    ${busy && html`<div class="traffic" role="progressbar" aria-label="Waiting for the server"></div>`}
    <main id="main" tabindex="-1" ref=${main}>
      ${!file ? html`<h1>There is no page “${page}”</h1><p><a href="#">Home</a></p>`
        : loaded.error ? html`<${Failure} error=${loaded.error} retry=${loaded.reload} />`
        : Page && html`<${Page} key=${`${file} ${session?.role}`} rest=${rest} query=${query} session=${session} />`}
    </main>`;
}

const root = document.getElementById("portal");
root.replaceChildren();
render(html`<${Portal} />`, root);
