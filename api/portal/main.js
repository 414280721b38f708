// The frame around the pages: navigation by the address's hash, who is signed in, what is under way.

import { html, render, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { ApiError, credentials, get, onConnection, onTraffic, unanswered, watchConnection } from "./client.js";
import { SignInPage } from "./parts/signin.js";
import { RoleProvider } from "./roles.js";
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

/** A part of the address as it was meant; one that is written wrong stays as it is. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address's hash as `{page, rest, query}`: `#data/dim_player?sort=x` has page `data` and rest `["dim_player"]`. */
function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...rest] = path.split("/").map(decoded);
  return { page, rest, query: new URLSearchParams(query) };
}

/** What `read` says now, and after each event of that name. */
function useEvent(name, read) {
  const [current, setCurrent] = useState(read);
  useEffect(() => {
    const follow = () => setCurrent(read());
    window.addEventListener(name, follow);
    return () => window.removeEventListener(name, follow);
  }, []);
  return current;
}

/** What `listen` tells last. */
function useHeard(listen, first) {
  const [heard, setHeard] = useState(first);
  useEffect(() => listen(setHeard), []);
  return heard;
}

/** Who the server takes us for; null where it wants to know first. */
const whoAmI = () => get("/api/auth/me").catch((error) => {
  if (error instanceof ApiError) return error.status === 401 ? null : undefined; // else the page says what is wrong
  throw error;
});

const pageIn = (file) => import(`./pages/${file}.js`).then((module) => module.default, () => { throw unanswered(); });

function Portal() {
  const { page, rest, query } = useEvent("hashchange", place);
  const session = useEvent("credentials", credentials.get);
  const busy = useHeard(onTraffic, 0) > 0;
  const isUp = useHeard(onConnection, true);
  const me = useLoad(whoAmI, [session?.token === undefined]);
  const main = useRef(null);
  const found = PAGES.find((p) => p.path === page);
  const file = found?.file ?? DETAILS[page];
  const loaded = useLoad(async () => file && { file, Page: await pageIn(file) }, [file]);
  // a browser does not try again to load a script that it could not have
  useEffect(() => (loaded.error ? onConnection((answers) => answers && location.reload()) : undefined), [loaded.error]);
  useEffect(() => {
    document.title = `${found?.label ?? page} – BenchSight`;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [page, rest.join("/")]);
  const isHere = (path) => path === page || BELONGS[page] === path;
  const Page = file && loaded.data?.file === file ? loaded.data.Page : null; // not the last page with this one's address
  const who = session ?? me.data;
  const isKnown = who || !me.isLoading; // before that, a page would ask for what it may not have
  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); main.current.focus(); }}>To the content</a>
    <header class="frame"><div>
      <a class="brand" href="#"><img src="icon.svg" alt="" width="28" height="28" />BenchSight</a>
      <nav aria-label="Pages">${PAGES.map((p) => html`<a href=${`#${p.path}`} aria-current=${isHere(p.path) ? "page" : undefined}>${p.label}</a>`)}</nav>
      ${who?.name && html`<a class="who" href="#settings">${who.name} · ${who.role}</a>`}</div>
    </header>
    ${!isUp && html`<p class="offline" role="status"><span class="spinner"></span>The server does not answer. Trying again; nothing that you typed is lost.</p>`}
    ${busy && html`<div class="traffic" role="progressbar" aria-label="Waiting for the server"></div>`}
    <main id="main" tabindex="-1" ref=${main}>
      ${!file ? html`<h1>There is no page “${page}”</h1><p><a href="#">Home</a></p>`
        : loaded.error ? html`<${Failure} error=${loaded.error} retry=${loaded.reload} />`
        : me.data === null && !session ? html`<${SignInPage} />`
        : Page && isKnown && html`<${RoleProvider} value=${who?.role}><${Page} key=${`${file} ${session?.role}`} rest=${rest} query=${query} session=${session} /><//>`}
    </main>`;
}

watchConnection();
const root = document.getElementById("portal");
root.replaceChildren();
render(html`<${Portal} />`, root);
