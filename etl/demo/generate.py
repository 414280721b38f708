"""Makes a demo league: plays three seasons and writes `raw/` and `demo_truth.json`."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from etl.demo import flaws_events, flaws_league, flaws_shifts, game_files
from etl.demo.flaws import Tracking, assign
from etl.demo.league import Fixture, League, build_league, playoff_fixture
from etl.demo.lineup import dress
from etl.demo.master_sheets import write_master
from etl.demo.master_workbook import write_rule_book
from etl.demo.official import GameSheet, sheet_of_tracked, sheet_of_untracked
from etl.demo.simulate import simulate
from etl.demo.standings import seeds
from etl.demo.truth import FILE_NAME, game_truth, write_truth

Progress = Callable[[int, int, str], None]
REGISTERED: Final = (flaws_events, flaws_shifts, flaws_league, game_files)  # importing them registers their flaws
POOL_FROM: Final = 8  # fewer games are played before a pool has started
MAX_WORKBOOKS: Final = 30
MAX_SHELLS: Final = 12
FORMS: Final = {3: "W3", 5: "W1", 7: "W2"}  # of every 24 games, three are workbooks
MODERN_EVERY: Final = 5
UNFINISHED_RAW: Final = ".demo-raw"  # becomes raw/ when the league is whole


class NotADemo(ValueError):
    """The data directory holds files that no demo wrote; the message says how to go on."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to make. `games` are tracked games."""

    data_dir: Path
    games: int
    seed: int
    flaws: frozenset[str]
    today: date
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Summary:
    """What was made."""

    tracked: int
    played: int
    scheduled: int


@dataclass(frozen=True, slots=True)
class _Job:
    """A tracked game to play and write, in whichever process."""

    league: League
    fixture: Fixture
    assignment: game_files.Assignment
    games_dir: Path


@dataclass(slots=True)
class _Made:
    sheets: list[GameSheet] = field(default_factory=list)
    truths: list[dict[str, Any]] = field(default_factory=list)


def generate(request: Request, on_progress: Progress) -> Summary:
    """Make the league. The same request gives the same bytes.

    Raises:
        NotADemo: `raw/` holds files and is not a demo league of an earlier run.
    """
    _clear(request.data_dir)
    raw = request.data_dir / UNFINISHED_RAW
    league = build_league(request.seed, request.games, request.today)
    plan = _plan(league, request)
    games_dir = raw / "games"
    games_dir.mkdir(parents=True)
    made = _Made()
    with _pool(request) as play_all:
        done = partial(_report, on_progress, request.games, made)
        for index in range(len(league.seasons)):
            for fixtures in _rounds(league, index, made):
                tracked = {f.game_id for f in fixtures} & plan.keys()
                jobs = [_Job(league, f, plan[f.game_id], games_dir) for f in fixtures if f.game_id in tracked]
                made.sheets += [
                    sheet_of_untracked(dress(league, f), league.seed) for f in fixtures if f.game_id not in tracked
                ]
                for sheet, truth in play_all(jobs):
                    made.sheets.append(sheet)
                    made.truths.append(truth)
                    done(truth["game_id"])
                made.sheets.sort(key=lambda s: s.fixture.game_id)
    on_progress(request.games, request.games, "writing the master workbook")
    return _finish(request, league, plan, made)


def _report(on_progress: Progress, total: int, made: _Made, game_id: int) -> None:
    on_progress(len(made.truths), total, f"game {game_id}")


def _clear(data_dir: Path) -> None:
    """Make room: an earlier demo league goes, anything else stays and stops us."""
    raw = data_dir / "raw"
    if raw.is_dir() and any(p.is_file() for p in raw.rglob("*")) and not (data_dir / FILE_NAME).is_file():
        raise NotADemo(
            f"{raw} holds files that no demo wrote (there is no {FILE_NAME} in {data_dir}); choose another --data-dir"
        )
    for folder in (raw, data_dir / UNFINISHED_RAW):
        shutil.rmtree(folder, ignore_errors=True)
    (data_dir / FILE_NAME).unlink(missing_ok=True)


def _played_ids(league: League) -> list[int]:
    """Every played game, oldest first; game ids follow the calendar within a season."""
    ids = []
    for season in league.seasons:
        ids += [f.game_id for f in season.regular if f.played]
        ids += [season.first_playoff_id + n for n in range(4)] if season.finished else []
    return ids


def _plan(league: League, request: Request) -> dict[int, game_files.Assignment]:
    latest_first = _played_ids(league)[::-1][: request.games]
    workbooks = 0
    trackings = []
    for ordinal, game_id in enumerate(latest_first):
        form = FORMS.get(ordinal % 24, "json") if workbooks < MAX_WORKBOOKS else "json"
        workbooks += form != "json"
        modern = form == "json" and ordinal % MODERN_EVERY == 1
        version = "" if form != "json" else "25.0" if modern else "23.8"
        trackings.append(Tracking(game_id, ordinal, form, version, with_xy=modern or form == "W3"))
    assigned = assign(request.flaws, trackings)
    plan = {}
    for tracking in trackings:
        names = assigned[tracking.game_id]
        folder = tracking.game_id - 1 if "wrong_folder" in names else tracking.game_id
        plan[tracking.game_id] = game_files.Assignment(tracking, names, str(folder))
    return plan


def _rounds(league: League, index: int, made: _Made) -> Iterator[Sequence[Fixture]]:
    """The fixtures of a season in batches that do not depend on each other."""
    season = league.seasons[index]
    yield [f for f in season.regular if f.played]
    if not season.finished:
        return
    ranks = seeds(season, made.sheets)
    semifinals = [playoff_fixture(index, season, n, (ranks[n], ranks[3 - n])) for n in (0, 1)]
    yield semifinals
    results = [next(s for s in made.sheets if s.fixture.game_id == f.game_id) for f in semifinals]
    winners = [(f.home, f.away)[r.winner or 0] for f, r in zip(semifinals, results, strict=True)]
    losers = [(f.away, f.home)[r.winner or 0] for f, r in zip(semifinals, results, strict=True)]
    yield [playoff_fixture(index, season, n, (p[0], p[1])) for n, p in ((2, losers), (3, winners))]


def _play(job: _Job) -> tuple[GameSheet, dict[str, Any]]:
    game = simulate(dress(job.league, job.fixture), job.league.seed)
    sheet, truth = sheet_of_tracked(game), game_truth(game, job.assignment.tracking)
    game_files.write_game(game, job.assignment, job.games_dir, job.league.seed)
    return sheet, truth


PlayAll = Callable[[Sequence[_Job]], Iterator[tuple[GameSheet, dict[str, Any]]]]


@contextmanager
def _pool(request: Request) -> Iterator[PlayAll]:
    if request.workers < 2 or request.games < POOL_FROM:  # noqa: PLR2004 - one worker is this process
        yield partial(map, _play)
        return
    with ProcessPoolExecutor(request.workers) as pool:
        yield partial(pool.map, _play, chunksize=4)


def _finish(request: Request, league: League, plan: dict[int, game_files.Assignment], made: _Made) -> Summary:
    raw = request.data_dir / UNFINISHED_RAW
    names = {game_id: a.flaws for game_id, a in plan.items()}
    around = flaws_league.Surroundings(league, frozenset(plan), flaws_league.swapped_games(names))
    strays = [s.fixture for s in made.sheets if s.fixture.game_id not in plan][
        -min(MAX_SHELLS, 3 + request.games // 6) :
    ]
    game_files.write_strays([dress(league, f) for f in strays], request.flaws, raw / "games")
    scheduled = write_master(raw, league, made.sheets, request.flaws, around)
    write_rule_book(raw)
    write_truth(request.data_dir / FILE_NAME, league, made.truths, made.sheets, names)
    raw.rename(request.data_dir / "raw")
    return Summary(len(made.truths), len(made.sheets), scheduled)
