"""Extract: from the files below raw/ to the canonical frames of the whole league.

What has not changed comes from the cache; what has is read, choosing between the saves of a game. Labels are judged
and the league put together from all games anew each time, so that a run with a warm cache gives what a cold one gives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from etl.extraction_cache import LastRead
from etl.extraction_plan import GameSources, Source, master_key
from etl.extraction_pool import ALONE, Workers, for_many
from etl.extraction_reading import Batch, StoredGames, TrackedGames, load_games, read_batch
from etl.extraction_staging import staged_inputs
from etl.extraction_survey import ExtractRequest, Progress, Survey, survey
from formats.canonical import LeagueFrames
from formats.league_assembly import assemble
from hockey.league import LeagueRules
from snapshot.layout import DataDir
from snapshot.manifest import Input

_BATCH: Final = 16  # games normalised together


@dataclass(frozen=True, slots=True)
class Extraction:
    """The league as read, and how.

    `records` is the league without events, event players and stints: `stored` gets those for any games, `league` for
    all. `people` are who is named in each game, `summary` what its events have. `fingerprint` changes whenever anything
    changes that decides `league`. `quarantined` are path and reason of files that cannot be used; `left_out` id and
    reason of games whose chosen file turned out to be broken. `changed_games` were read in this run, or are gone.
    """

    records: LeagueFrames
    stored: StoredGames
    summary: pl.DataFrame
    people: pl.DataFrame
    rules: LeagueRules
    inputs: tuple[Input, ...]
    fingerprint: str
    quarantined: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[int, str], ...]
    changed_games: tuple[int, ...]
    warnings: tuple[str, ...]

    @property
    def league(self) -> LeagueFrames:
        """The league with every frame in full: memory in proportion to the games."""
        return replace(self.records, **self.stored.heavy(self.records.games["game_id"].to_list()))


def extract(
    data_dir: DataDir,
    request: ExtractRequest,
    on_progress: Progress,
    surveyed: Survey | None = None,
    workers: Workers = ALONE,
) -> Extraction:
    """The whole league from the files below raw/. Give `surveyed` where `survey` was already asked.

    `on_progress` is told games read, games to read, and what is being done; `workers` read many games.

    Raises:
        InvalidRules: league.toml cannot be used; the message says why.
        Unreadable: the master workbook cannot be parsed.
    """
    found = surveyed or survey(data_dir, request, on_progress, workers)
    before = dict(found.cache.games)
    asked = request.reread | (request.only or frozenset())
    wanted = [g for g in found.games if g.game_id in asked or not found.cache.has(found.keys[g.game_id])]
    tracked, failed = _tracked(data_dir, found, wanted, on_progress, workers)
    on_progress(1, 1, "Putting the league together")
    league = assemble(tracked.frames, found.master, found.rules, found.excluded, tracked.summary)
    swapped = league.games.filter("sides_swapped")["game_id"].to_list()
    sources = {row["game_id"]: row for row in tracked.frames.games.iter_rows(named=True)}
    _remember(found, sources)
    return Extraction(
        records=league,
        stored=StoredGames(data_dir.cache, found.cache.reader, found.keys, frozenset(swapped)),
        summary=tracked.summary,
        people=tracked.people,
        rules=found.rules,
        inputs=(*_inputs(found.sources), *staged_inputs(found.staging)),
        fingerprint=found.fingerprint,
        quarantined=found.quarantined,
        left_out=tuple(sorted(failed.items())),
        changed_games=tuple(sorted(_changed(before, found.keys, wanted) - found.excluded)),
        warnings=tuple(_warnings(found, failed)),
    )


def _tracked(
    data_dir: DataDir, found: Survey, wanted: Sequence[GameSources], on_progress: Progress, workers: Workers
) -> tuple[TrackedGames, dict[int, str]]:
    """Every game, those `wanted` and those damaged in the cache read anew; and why some cannot be used."""
    failed = dict(_read(data_dir, found, wanted, on_progress, workers))
    tracked, damaged = load_games(found.cache, _usable(found, failed))
    if damaged:
        lost = {number for number, key in found.keys.items() if key in damaged}
        again = [game for game in found.games if game.game_id in lost]
        failed |= dict(_read(data_dir, found, again, on_progress, workers))
        tracked, _ = load_games(found.cache, _usable(found, failed))
    return tracked, failed


def _usable(found: Survey, failed: dict[int, str]) -> list[str]:
    return [key for number, key in sorted(found.keys.items()) if number not in failed]


def _read(
    data_dir: DataDir, found: Survey, games: Sequence[GameSources], on_progress: Progress, workers: Workers
) -> Iterable[tuple[int, str]]:
    """Read these games into the cache, telling how far it is; yields those that cannot be used."""
    parts = [tuple(games[i : i + _BATCH]) for i in range(0, len(games), _BATCH)]
    batches = [
        Batch(
            games=part,
            keys=tuple(found.keys[game.game_id] for game in part),
            rules=found.rules,
            official_roster=found.master.official_roster.filter(pl.col("game_id").is_in([g.game_id for g in part])),
            cache_folder=data_dir.cache,
            reader=found.cache.reader,
        )
        for part in parts
    ]
    done = 0
    for position, failures in for_many(workers, games).run(read_batch, batches):
        done += len(parts[position])
        on_progress(done, len(games), "Reading games")
        yield from failures


def _remember(found: Survey, sources: dict[int, dict[str, str]]) -> None:
    read = {
        number: LastRead(key=found.keys[number], path=row["source_path"], sha256=row["source_sha256"])
        for number, row in sources.items()
    }
    left = {number: last for number, last in found.cache.games.items() if number in found.excluded}
    facts = {source.sha256: source.facts for source in found.sources}
    master = found.master_source
    also = {found.overlay, None if master is None else master_key(master.file, found.cache.reader)} - {None}
    found.cache.remember(facts, left | read, frozenset(str(key) for key in also))


def _changed(before: dict[int, LastRead], keys: dict[int, str], wanted: Sequence[GameSources]) -> set[int]:
    gone = before.keys() - keys.keys()
    return (
        gone | {n for n, key in keys.items() if n not in before or before[n].key != key} | {g.game_id for g in wanted}
    )


def _inputs(sources: Iterable[Source]) -> Iterable[Input]:
    for source in sources:
        facts = source.facts
        kind = {"json": "tracker_json", "xlsx": "tracking_workbook", "stage": "staging"}.get(facts.source, facts.kind)
        yield Input(path=source.file.name, kind=kind, sha256=source.sha256, game_id=facts.game_id)


def _warnings(found: Survey, failed: dict[int, str]) -> Iterable[str]:
    for path, reason in found.quarantined:
        yield f"{path} is not used: {reason}"
    for game_id, reason in sorted(failed.items()):
        yield f"game {game_id} is left out: {reason}"
