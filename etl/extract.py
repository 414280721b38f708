"""Extract: from the files below raw/ to the canonical frames of the whole league.

What has not changed comes from the cache; what has is read, choosing between the saves of a game. Labels are judged
and the league put together from all games anew each time, so that a run with a warm cache gives what a cold one gives.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from etl.extraction_cache import ExtractionCache, LastRead
from etl.extraction_files import FoundFile, facts_of, facts_of_all, find_files
from etl.extraction_plan import GameSources, Source, fingerprint, game_sources, master_key, reader_version, reading_key
from etl.extraction_pool import POOL_FROM, run_all
from etl.extraction_reading import Batch, StoredGames, load_games, read_batch
from etl.extraction_staging import NO_STAGING, StagedLeague, staged_inputs, staged_master, with_staged_games
from formats.canonical import LeagueFrames
from formats.file_facts import FileFacts
from formats.league_assembly import assemble, no_master
from formats.master import MasterFrames
from hockey.league import InvalidRules, LeagueRules
from hockey.league_toml import RULES_FILE, parse_rules
from snapshot.layout import DataDir
from snapshot.manifest import Input

_BATCH: Final = 16  # games normalised together
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRequest:
    """What to read.

    Args:
        wipe: forget everything remembered and read all files.
        only: read just these games and keep the others as last read, even where their files changed since; a game
            never read before is read all the same. None reads everything that is new or changed.
        reread: read these games again even though nothing changed.
        exclude: leave these games out of the league.
        source: `excel` for the files with staging over them, `supabase` for staging alone.
        staging: what is staged.
        publish_personal_data: what the operator decided; None leaves it to the league's rules.
    """

    wipe: bool = False
    only: frozenset[int] | None = None
    reread: frozenset[int] = frozenset()
    exclude: frozenset[int] = frozenset()
    source: Literal["excel", "supabase"] = "excel"
    staging: StagedLeague = NO_STAGING
    publish_personal_data: bool | None = None


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


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies below raw/ and in staging, before any game is read. `keys` maps each game to the key of its reading.

    `overlay` is the key of the league's records with staging over them; `excluded` are the games that are left out.
    """

    cache: ExtractionCache
    reader: str
    rules: LeagueRules
    sources: tuple[Source, ...]
    games: tuple[GameSources, ...]
    keys: dict[int, str]
    master: MasterFrames
    master_source: Source | None
    quarantined: tuple[tuple[str, str], ...]
    fingerprint: str
    staging: StagedLeague
    overlay: str | None
    excluded: frozenset[int]


def survey(data_dir: DataDir, request: ExtractRequest) -> Survey:
    """Look at every file below raw/ and at staging, and decide what would be read; reads no game's file.

    Raises:
        InvalidRules: league.toml cannot be used; the message says why.
        Unreadable: the master workbook cannot be parsed.
    """
    reader = reader_version()
    cache = ExtractionCache(data_dir.cache, reader)
    if request.wipe:
        cache.wipe()
    rules = _rules_for(data_dir, request)
    excluded = request.exclude | request.staging.deleted
    files = find_files(data_dir.raw) if request.source == "excel" else []
    facts = facts_of_all(files, cache.facts, _identified)
    sources = tuple(Source(f, facts[f.sha256]) for f in files if f.sha256 is not None)
    with_staging = with_staged_games(game_sources(sources), request.staging, cache)
    games = tuple(game for game in with_staging if game.game_id not in excluded)
    master_source, of_workbook = _master(sources, cache, reader)
    overlay, master = staged_master(master_source, of_workbook, request.staging, cache, reader)
    keys = {game.game_id: reading_key(game, reader, rules, _sheet_hash(game, master)) for game in games}
    if request.only is not None:
        kept = {n: last.key for n, last in cache.games.items() if n not in request.only | excluded}
        keys |= {number: key for number, key in kept.items() if cache.has(key)}
    quarantined = tuple(_quarantined(files, sources))
    decided = [sorted(excluded), sorted(quarantined), overlay]
    mark = fingerprint(reader, keys, None if master_source is None else master_source.sha256, rules, decided)
    staged_sources = tuple(game.chosen for game in games if game.staged is not None)
    return Survey(
        *(cache, reader, rules, sources + staged_sources, games, keys, master, master_source),
        *(quarantined, mark, request.staging, overlay, excluded),
    )


def extract(
    data_dir: DataDir, request: ExtractRequest, on_progress: Progress, surveyed: Survey | None = None
) -> Extraction:
    """The whole league from the files below raw/. Give `surveyed` where `survey` was already asked.

    `on_progress` is told games read, games to read, and what is being done.

    Raises:
        InvalidRules: league.toml cannot be used; the message says why.
        Unreadable: the master workbook cannot be parsed.
    """
    on_progress(0, 1, "Looking at files")
    found = surveyed or survey(data_dir, request)
    before = dict(found.cache.games)
    again = request.reread | (request.only or frozenset())
    wanted = [g for g in found.games if g.game_id in again or not found.cache.has(found.keys[g.game_id])]
    failed = dict(_read(data_dir, found, wanted, on_progress))
    tracked, damaged = load_games(found.cache, _usable(found, failed))
    if damaged:
        lost = {number for number, key in found.keys.items() if key in damaged}
        failed |= dict(_read(data_dir, found, [g for g in found.games if g.game_id in lost], on_progress))
        tracked, _ = load_games(found.cache, _usable(found, failed))
    on_progress(1, 1, "Putting the league together")
    league = assemble(tracked.frames, found.master, found.rules, found.excluded, tracked.summary)
    swapped = league.games.filter("sides_swapped")["game_id"].to_list()
    sources = {row["game_id"]: row for row in tracked.frames.games.iter_rows(named=True)}
    _remember(found, sources)
    return Extraction(
        records=league,
        stored=StoredGames(data_dir.cache, found.reader, found.keys, frozenset(swapped)),
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


def _rules_for(data_dir: DataDir, request: ExtractRequest) -> LeagueRules:
    rules = read_rules(data_dir)
    decided = request.publish_personal_data
    return rules if decided is None else replace(rules, publish_personal_data=decided)


def read_rules(data_dir: DataDir) -> LeagueRules:
    """The league's rule book: raw/league.toml over the defaults.

    Raises:
        InvalidRules: the file is no TOML, or has a rule that cannot be; the message says which.
    """
    path = data_dir.raw / RULES_FILE
    try:
        return parse_rules(path.read_text(encoding="utf-8-sig"))  # as editors on Windows save it
    except FileNotFoundError:
        return LeagueRules()
    except (OSError, ValueError) as error:
        raise InvalidRules(f"{RULES_FILE}: {error}") from None


def _quarantined(files: Iterable[FoundFile], sources: Iterable[Source]) -> Iterable[tuple[str, str]]:
    yield from ((f.name, f.problem) for f in files if f.sha256 is None)
    yield from ((s.file.name, s.facts.reason) for s in sources if s.facts.kind == "rejected")


def _identified(files: list[FoundFile]) -> list[FileFacts]:
    results = run_all(_facts_of, files, worth_a_pool=len(files) >= POOL_FROM)
    return [facts for _, facts in sorted(results, key=lambda pair: pair[0])]


def _facts_of(file: FoundFile) -> FileFacts:
    return facts_of(file.location, file.name)


def _usable(found: Survey, failed: dict[int, str]) -> list[str]:
    return [key for number, key in sorted(found.keys.items()) if number not in failed]


def _read(
    data_dir: DataDir, found: Survey, games: Sequence[GameSources], on_progress: Progress
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
            reader=found.reader,
        )
        for part in parts
    ]
    done = 0
    for position, failures in run_all(read_batch, batches, worth_a_pool=len(games) >= POOL_FROM):
        done += len(parts[position])
        on_progress(done, len(games), "Reading games")
        yield from failures


def _sheet_hash(game: GameSources, master: MasterFrames) -> str:
    """A hash of the game sheet's rows, for the games that take their roster from there."""
    if game.chosen.facts.source == "json":
        return ""
    rows = master.official_roster.filter(pl.col("game_id") == game.game_id).select(
        "side", "player_id", "jersey", "jersey_num", "position", "full_name", "skill", "is_sub"
    )
    return str(rows.write_json())


def _master(sources: Sequence[Source], cache: ExtractionCache, reader: str) -> tuple[Source | None, MasterFrames]:
    """The master workbook that counts, and what it says; nothing where there is none."""
    masters = [source for source in sources if source.facts.kind == "master"]
    if not masters:
        return None, no_master()
    from etl.extraction_workbooks import read_master_file  # noqa: PLC0415 - a league without a workbook needs no Excel

    return read_master_file(masters, cache, reader)


def _remember(found: Survey, sources: dict[int, dict[str, str]]) -> None:
    read = {
        number: LastRead(key=found.keys[number], path=row["source_path"], sha256=row["source_sha256"])
        for number, row in sources.items()
    }
    left = {number: last for number, last in found.cache.games.items() if number in found.excluded}
    facts = {source.sha256: source.facts for source in found.sources}
    master = found.master_source
    also = {found.overlay, None if master is None else master_key(master, found.reader)} - {None}
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
