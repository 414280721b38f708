"""The portal in Chromium: when a page is first painted, when everything is on it, and how much it fetched for that."""

import os
import shutil
import statistics
import sys
from dataclasses import dataclass
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.league import demo_league
from benchmarks.polling import finished, trigger
from benchmarks.serving import running

_ROUNDS: Final = 7
_TARGET_PAINT_MS: Final = 1000.0
_MOST_MS: Final = 120_000
_FIGURES: Final = """() => {
    const paint = Object.fromEntries(performance.getEntriesByType("paint").map((e) => [e.name, e.startTime]));
    const fetched = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return {
        painted: paint["first-paint"], contentful: paint["first-contentful-paint"],
        complete: Math.max(...fetched.map((e) => e.responseEnd)), requests: fetched.length,
        bytes: fetched.reduce((sum, e) => sum + e.transferSize, 0),
        largest: Math.max(...fetched.map((e) => e.transferSize)),
    };
}"""


@dataclass(frozen=True, slots=True)
class _Visit:
    """One load of a page; times in ms after the navigation began, sizes in bytes as they came over the wire."""

    painted: float
    contentful: float
    complete: float
    requests: int
    bytes: int
    largest: int


def run(console: Console, games: int) -> None:
    """Each page in a browser that has nothing of it yet, and again; the first paint against its target."""
    with running(demo_league(games)) as (_, http):
        _publish(http)
        pages = _pages(http)
        table = Table("page", "cache", "first paint", "content", "all there", "requests", "kB", "largest kB")
        for name, place in pages.items():
            for cache, visits in _visits(f"{http.base_url}/portal/#{place}").items():
                table.add_row(name, cache, *_cells(visits))
                if name == "home" and cache == "cold":
                    painted = min(v.contentful for v in visits)
        table.title = f"ms, best and median of {_ROUNDS}; kB over the wire"
        console.print(table)
        console.print(f"Home with nothing cached: first content after {painted:.0f} ms; target {_TARGET_PAINT_MS:.0f}")


def _publish(http: httpx.Client) -> None:
    finished(http, trigger(http, "incremental"))
    http.get("/api/staging/blb-tables/list").raise_for_status()
    # Home waits for the database, which this starts
    http.get("/api/staging/blb-tables/dim_player?limit=1").raise_for_status()


def _pages(http: httpx.Client) -> dict[str, str]:
    def first(table: str, sort: str = "") -> dict[str, Any]:
        row: dict[str, Any] = http.get(f"/api/tables/{table}", params={"limit": 1, "sort": sort}).json()["rows"][0]
        return row

    team = first("fact_team_season_stats_basic", sort="season_id.desc")
    return {
        "home": "",
        "run": "run",
        "a table": "data/fact_player_game_stats",
        "a game": f"game/{first('fact_shifts')['game_id']}",
        "season": "season",
        "a team": f"team/{team['team_id']}/{team['season_id']}",
    }


def _visits(address: str) -> dict[str, list[_Visit]]:
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - the other benchmarks need no browser

    chromium = os.environ.get("BENCHSIGHT_TEST_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("No Chromium is installed; BENCHSIGHT_TEST_CHROMIUM may say where one is")
    found: dict[str, list[_Visit]] = {"cold": [], "warm": []}
    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has none for root
        browser = driver.chromium.launch(executable_path=chromium, args=["--disable-gpu", *sandbox])
        for _ in range(_ROUNDS):
            context = browser.new_context()
            for visits in found.values():
                page = context.new_page()
                page.goto(address)
                page.locator("main h1").wait_for(timeout=_MOST_MS)
                expect(page.locator(".waiting, .traffic")).to_have_count(0, timeout=_MOST_MS)
                visits.append(_Visit(**page.evaluate(_FIGURES)))
                page.close()
            context.close()
        browser.close()
    return found


def _cells(visits: list[_Visit]) -> list[str]:
    def best_and_median(values: list[float]) -> str:
        return f"{min(values):.0f}, {statistics.median(values):.0f}"

    last = visits[-1]
    return [
        *(best_and_median([getattr(v, name) for v in visits]) for name in ("painted", "contentful", "complete")),
        *(f"{last.requests}", f"{last.bytes / 1000:.0f}", f"{last.largest / 1000:.0f}"),
    ]
