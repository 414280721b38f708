"""One run: extract, gate, tables, checks, publication."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal

import polars as pl
from msgspec import structs

from etl.checks import everything
from etl.extract import Extraction, extract
from etl.extraction_plan import code_version
from etl.extraction_pool import ALONE, Workers, for_many
from etl.extraction_reading import HEAVY
from etl.extraction_staging import StagedLeague
from etl.extraction_survey import ExtractRequest, Survey, survey
from etl.league_building import LeagueBuild
from etl.partition import GAMES_TOGETHER, GAMES_TOGETHER_IN_A_SEASON
from etl.progress import Progress
from etl.progress_events import RunResult
from etl.publish import SnapshotWriter, clear_leftovers
from etl.quality import CHECK_RESULTS, Blocked, demand
from etl.registry import Registry, Table, TableBuilt
from etl.run_state import Made, games_with_events
from etl.usability import without_unusable
from formats.canonical import LeagueFrames, empty
from hockey.expected_goals import VERSION as EXPECTED_GOALS_VERSION
from snapshot.layout import DataDir
from snapshot.manifest import FORMAT_VERSION, Manifest
from snapshot.publication import USUAL, Retention, snapshot_id_for, stamp
from snapshot.reader import DamagedSnapshot, Snapshot, published

SUMMARISED: Final = ("dim_season", "fact_team_season_stats_basic")  # what a person is shown at the end
_STATUS: Final = "fact_game_status"
VERSION: Final = "1.0.0"
_CODE: Final = ("etl", "formats", "hockey")
Mode = Literal["full", "incremental", "single", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to do. `games` are read again, and with `single` only they; `lenient` turns hockey checks into warnings.

    `read_staging` gives what is staged; `publish_personal_data` is what the operator decided, None where nothing;
    `games_together` how many games are built at once (None: by the league's size), which changes no cell; `kept` which
    older snapshots stay.
    """

    data_dir: DataDir
    run_id: str
    mode: Mode = "full"
    games: frozenset[int] = frozenset()
    exclude: frozenset[int] = frozenset()
    wipe: bool = False
    lenient: bool = False
    source: Literal["excel", "supabase"] = "excel"
    read_staging: Callable[[], StagedLeague] = StagedLeague
    publish_personal_data: bool | None = None
    games_together: int | None = None
    kept: Retention = USUAL

    def to_extract(self) -> ExtractRequest:
        """What that means for reading."""
        single = self.mode == "single"
        return ExtractRequest(
            wipe=self.wipe,
            only=self.games if single else None,
            reread=frozenset() if single else self.games,
            exclude=self.exclude,
            source=self.source,
            staging=self.read_staging(),
            publish_personal_data=self.publish_personal_data,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found: the result, and the tables where they were built."""

    result: RunResult
    tables: dict[str, pl.DataFrame]


@dataclass(slots=True)
class Run:
    """One run of the pipeline. `writer` is the snapshot being written, for whoever has to break off the run.

    Attributes:
        is_publishing: true from the moment at which the run must not be interrupted any more.
    """

    request: RunRequest
    progress: Progress
    now: Callable[[], datetime]
    writer: SnapshotWriter | None = None
    is_publishing: bool = False

    def execute(self) -> Outcome:
        """Do it all.

        Raises:
            InvalidRules: league.toml cannot be used.
            BrokenTable: a table is not what it declared; a fault of ours.
            Blocked: a check that must hold does not.
            Superseded: the run was given up, or a newer one started, before it could publish.
            PublishFailed: the snapshot could not be made current.
            WarehouseError: staging cannot be read.
        """
        data_dir = self.request.data_dir
        clear_leftovers(data_dir)
        self.progress.started(self.request.run_id, self.request.mode)
        current = current_snapshot(data_dir)
        if current is not None:
            self.progress.weigh(current.manifest.timings)
        self.progress.step("survey", title="Looking at files and staging")
        request = self.request.to_extract()
        with Workers() as workers:
            found = survey(data_dir, request, partial(self._tell, "survey"), workers)
            if current is not None and self._is_nothing_new(current, found):
                return Outcome(self._unchanged(current), {})
            try:
                extraction = extract(data_dir, request, partial(self._tell, "extract"), found, workers)
                return self._make(extraction, current, workers)
            finally:
                if self.writer is not None:
                    self.writer.discard()

    def _tell(self, step: str, done: int, total: int, title: str) -> None:
        self.progress.step(step, done, total, title)

    def _is_nothing_new(self, current: Snapshot, found: Survey) -> bool:
        manifest = current.manifest
        return (
            self.request.mode == "incremental"
            and not self.request.games
            and manifest.inputs_fingerprint == found.fingerprint
            and manifest.software_version == software_version()
            and manifest.source == self.request.source
        )

    def _unchanged(self, current: Snapshot) -> RunResult:
        return RunResult(
            tables_created=(),
            rows_written=0,
            games=len(current.manifest.games),
            games_read=0,
            snapshot_id=current.id,
            published=False,
            duration_seconds=round(self.progress.elapsed_seconds, 3),
        )

    def _make(self, extraction: Extraction, current: Snapshot | None, workers: Workers) -> Outcome:
        _refuse_to_lose_the_league(extraction.records, current)
        records, unusable = without_unusable(extraction.records, extraction.summary)
        games = records.games["game_id"].sort().to_list()
        made = Made(replace(extraction, records=_no_frames()), games, unusable)
        for warning in made.warnings:
            self.progress.warn(warning)
        snapshot_id = snapshot_id_for(self.request.data_dir, self.now(), self.request.run_id)
        if self.request.mode != "test":
            self.writer = SnapshotWriter(self.request.data_dir, snapshot_id, self.request.kept)
        self._build(made, records, workers)
        self.progress.step("publish")
        if self.writer is None:
            snapshot_id = "" if current is None else current.id
        else:
            self.writer.publish(self._manifest(snapshot_id, made), self._from_here_on)
        self.progress.end_step()
        result = made.result(snapshot_id or None, is_published=self.writer is not None)
        return Outcome(structs.replace(result, duration_seconds=round(self.progress.elapsed_seconds, 3)), made.tables)

    def _build(self, made: Made, records: LeagueFrames, workers: Workers) -> None:
        """Tables and checks, then the gate, then what the checks found as a table."""
        registry, checks = everything()
        shown = {declared.name for declared in registry.published}
        self.progress.step("tables", 0, len(registry.tables))

        def report(built: TableBuilt) -> None:
            made.rows[built.name] = built.rows
            if built.name in shown:
                self.progress.table(built.name, built.rows, built.seconds, built.done, built.total)
            else:
                self.progress.intermediate(built.name, built.seconds, built.done, built.total)

        made.tables = self._league_build(registry, made, records, workers, report).build(
            {*SUMMARISED, _STATUS, *(check.table.name for check in checks)}
        )
        made.tracked = games_with_events(made.tables[_STATUS])
        self.progress.step("checks")
        made.checks = tuple(c.result(made.tables[c.table.name], lenient=self.request.lenient) for c in checks)
        demand(made.checks)
        for warning in made.check_warnings:
            self.progress.warn(warning)
        found = CHECK_RESULTS.build({"check_results": made.checks}, keep=self._keep)
        made.rows |= {name: frame.height for name, frame in found.items()}

    def _league_build(
        self,
        registry: Registry,
        made: Made,
        records: LeagueFrames,
        workers: Workers,
        report: Callable[[TableBuilt], None],
    ) -> LeagueBuild:
        frames = {field.name: getattr(records, field.name) for field in fields(LeagueFrames) if field.name not in HEAVY}
        on_sheets = records.official_roster.select("game_id", "player_id")
        builders = for_many(workers, made.games)
        usual = GAMES_TOGETHER_IN_A_SEASON if builders is ALONE else GAMES_TOGETHER
        return LeagueBuild(
            registry=registry,
            sources={**frames, "rules": made.read.rules, "left_out": made.left_out},
            stored=made.read.stored.of(made.games),
            people=pl.concat([made.read.people, on_sheets]),
            code=software_version(),
            folder=self.request.data_dir.cache / "parts",
            writer=self.writer,
            report=report,
            on_batches=lambda done, total: self.progress.step(
                "tables", done, total + 1, "Building the tables of games"
            ),
            together=self.request.games_together or usual,
            workers=builders,
        )

    def _keep(self, declared: Table, frame: pl.DataFrame) -> None:
        if self.writer is not None and declared.is_published:
            self.writer.write(declared, frame)

    def _from_here_on(self) -> None:
        self.is_publishing = True

    def _manifest(self, snapshot_id: str, made: Made) -> Manifest:
        assert self.writer is not None  # noqa: S101 - for the type checker: only a run that writes has a manifest
        return Manifest(
            format_version=FORMAT_VERSION,
            snapshot_id=snapshot_id,
            run_id=self.request.run_id,
            created_at=stamp(self.now()),
            software_version=software_version(),
            mode=self.request.mode,
            source=self.request.source,
            games=made.tracked,
            excluded_game_ids=tuple(sorted(self.request.exclude)),
            tables=tuple(self.writer.tables[name] for name in sorted(self.writer.tables)),
            inputs=made.read.inputs,
            inputs_fingerprint=made.read.fingerprint,
            rules={**made.read.rules.to_mapping(), "expected_goals": EXPECTED_GOALS_VERSION},
            checks=tuple(result.to_manifest() for result in made.checks),
            warnings=made.warnings,
            timings=self.progress.timings_so_far(),
        )


def current_snapshot(data_dir: DataDir) -> Snapshot | None:
    """The published snapshot; None when there is none, or when it is damaged and a run must make a new one."""
    try:
        return published(data_dir)
    except DamagedSnapshot:
        return None


def _refuse_to_lose_the_league(league: LeagueFrames, current: Snapshot | None) -> None:
    """An empty league never takes the place of one with games: somebody moved the files, or named the wrong source."""
    has_games = league.games.height > 0 or league.schedule.height > 0
    if current is not None and not has_games and current.manifest.table("dim_schedule").rows:
        raise Blocked("nothing_to_publish: no game was found, and the league that is published has some; it stays")


def software_version() -> str:
    """The version with a hash of the code that makes the tables: other code makes other tables of the same input."""
    return f"{VERSION}+{code_version(_CODE)[:12]}"


def _no_frames() -> LeagueFrames:
    return LeagueFrames(**{field.name: empty(field.name) for field in fields(LeagueFrames)})
