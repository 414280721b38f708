"""What lies below raw/ and in staging: which file is what, which save of a game counts, and what has to be read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

import polars as pl

from etl.extraction_cache import ExtractionCache
from etl.extraction_files import FoundFile, facts_of_all, find_files
from etl.extraction_plan import GameSources, Source, fingerprint, game_sources, reader_version, reading_key
from etl.extraction_pool import ALONE, Workers, for_many
from etl.extraction_saves import facts_of
from etl.extraction_staging import NO_STAGING, StagedLeague, staged_master, with_staged_games
from formats.file_facts import FileFacts
from formats.league_assembly import no_master
from formats.master import MasterFrames
from hockey.league import InvalidRules, LeagueRules
from hockey.league_toml import RULES_FILE, parse_rules
from snapshot.layout import DataDir

_TOLD_EVERY: Final = 16  # files
Progress = Callable[[int, int, str], None]
_silent: Final[Progress] = lambda _done, _total, _title: None  # noqa: E731


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
class Survey:
    """What lies below raw/ and in staging, before any game is read. `keys` maps each game to the key of its reading.

    `overlay` is the key of the league's records with staging over them; `excluded` are the games that are left out.
    """

    cache: ExtractionCache
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


def survey(
    data_dir: DataDir, request: ExtractRequest, on_progress: Progress = _silent, workers: Workers = ALONE
) -> Survey:
    """Look at every file below raw/ and at staging, and decide what would be read.

    `on_progress` is told files looked at, files to look at, and what is being done; `workers` take many files.

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
    facts = facts_of_all(files, cache.facts, lambda unknown: _identified(unknown, cache, on_progress, workers))
    sources = tuple(Source(f, facts[f.sha256]) for f in files if f.sha256 is not None)
    with_staging = with_staged_games(game_sources(sources), request.staging, cache)
    games = tuple(game for game in with_staging if game.game_id not in excluded)
    master_source, of_workbook = _master(sources, cache)
    overlay, master = staged_master(master_source, of_workbook, request.staging, cache)
    keys = {game.game_id: reading_key(game, reader, rules, _sheet_hash(game, master)) for game in games}
    if request.only is not None:
        kept = {n: last.key for n, last in cache.games.items() if n not in request.only | excluded}
        keys |= {number: key for number, key in kept.items() if cache.has(key)}
    quarantined = tuple(_quarantined(files, sources))
    decided = [sorted(excluded), sorted(quarantined), overlay]
    mark = fingerprint(reader, keys, None if master_source is None else master_source.sha256, rules, decided)
    staged_sources = tuple(game.chosen for game in games if game.staged is not None)
    return Survey(
        *(cache, rules, sources + staged_sources, games, keys, master, master_source),
        *(quarantined, mark, request.staging, overlay, excluded),
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


def _identified(
    files: Sequence[FoundFile], cache: ExtractionCache, on_progress: Progress, workers: Workers
) -> Iterator[tuple[int, FileFacts]]:
    tell = partial(facts_of, cache.folder, cache.reader)
    for done, found in enumerate(for_many(workers, files).run(tell, files), 1):
        if done % _TOLD_EVERY == 0 or done == len(files):
            on_progress(done, len(files), "Looking at files")
        yield found


def _sheet_hash(game: GameSources, master: MasterFrames) -> str:
    """A hash of the game sheet's rows, for the games that take their roster from there."""
    if game.chosen.facts.source == "json":
        return ""
    rows = master.official_roster.filter(pl.col("game_id") == game.game_id).select(
        "side", "player_id", "jersey", "jersey_num", "position", "full_name", "skill", "is_sub"
    )
    return str(rows.write_json())


def _master(sources: Sequence[Source], cache: ExtractionCache) -> tuple[Source | None, MasterFrames]:
    """The master workbook that counts, and what it says; nothing where there is none."""
    masters = [source for source in sources if source.facts.kind == "master"]
    if not masters:
        return None, no_master()
    from etl.extraction_workbooks import read_master_file  # noqa: PLC0415 - a league without a workbook needs no Excel

    return read_master_file(masters, cache)
