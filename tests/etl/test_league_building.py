"""A league built in batches is the league built at once, and only what changed is built again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from etl.cli import PROJECT
from etl.columns.column import bigint, text
from etl.demo.flaws import parse
from etl.demo.generate import Request, generate
from etl.extraction_reading import StoredGames
from etl.league_building import LeagueBuild
from etl.part_file import Part
from etl.partition import batches, partition
from etl.progress import Progress
from etl.registry import BrokenTable, InvalidRegistry, Registry, Table, TableBuilt, table
from etl.run import Outcome, Run, RunRequest
from snapshot.fence import Fence
from snapshot.layout import DataDir
from snapshot.reader import published
from tests.etl.league_builder import make_league

NOW = datetime(2026, 1, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """Eight tracked games with every flaw."""
    data_dir = DataDir(tmp_path_factory.mktemp("league"))
    generate(Request(data_dir.root, 8, 5, parse("all"), date(2026, 1, 18), 1), lambda *_: None)
    return data_dir


@dataclass
class Runs:
    """Runs on one data directory, each a moment later than the one before."""

    data_dir: DataDir
    count: int = 0

    def run(self, request: RunRequest) -> Outcome:
        self.count += 1
        run_id = f"run{self.count}"
        Fence(self.data_dir).raise_for(run_id)
        at = NOW.replace(second=self.count)
        return Run(replace(request, data_dir=self.data_dir, run_id=run_id), Progress([]), lambda: at).execute()

    def tables(self, request: RunRequest) -> dict[str, tuple[int, str]]:
        """Rows and checksum of every published table."""
        self.run(request)
        snapshot = published(self.data_dir)
        assert snapshot is not None
        return {t.name: (t.rows, t.sha256) for t in snapshot.manifest.tables}

    def parts(self) -> set[Path]:
        return set((self.data_dir.cache / "parts").iterdir())


def request(games_together: int, **values: object) -> RunRequest:
    return RunRequest(data_dir=DataDir(Path()), run_id="", games_together=games_together, lenient=True, **values)  # type: ignore[arg-type]


@pytest.fixture
def runs(league: DataDir, tmp_path: Path) -> Iterator[Runs]:
    data_dir = DataDir(tmp_path / "data")
    data_dir.create()
    shutil.copytree(league.raw, data_dir.raw, dirs_exist_ok=True)
    yield Runs(data_dir)
    shutil.rmtree(tmp_path)


def test_the_tables_are_the_same_whatever_games_are_built_together(runs: Runs) -> None:
    at_once = runs.tables(request(1000))
    assert len(runs.parts()) == 1
    assert at_once["fact_events"][0] > 1000
    assert runs.tables(request(1)) == at_once
    assert len(runs.parts()) >= 8  # flaws add games
    assert runs.tables(request(3)) == at_once


def test_the_number_of_threads_changes_no_cell(runs: Runs) -> None:
    """A worker's frame engine has one, the run's own as many as there are cores: a part may come from either."""
    found = []
    for threads in ("1", "4"):
        arguments = ["--data-dir", str(runs.data_dir.root), "--lenient", "--wipe"]
        environ = os.environ | {"POLARS_MAX_THREADS": threads}
        subprocess.run(
            [sys.executable, "run_etl.py", *arguments], cwd=PROJECT, env=environ, check=True, capture_output=True
        )
        snapshot = published(runs.data_dir)
        assert snapshot is not None
        found.append({table.name: table.sha256 for table in snapshot.manifest.tables})
    assert found[0] == found[1]


def test_after_one_changed_game_only_its_part_is_built_and_the_tables_are_those_of_a_full_run(runs: Runs) -> None:
    before = runs.tables(request(1))
    known = runs.parts()
    changed = max(runs.data_dir.raw.rglob("benchsight_game_*.json"), key=lambda path: path.stat().st_size)
    changed.write_bytes(changed.read_bytes().replace(b'"Shot_OnNetSaved"', b'"Shot_Missed"', 1))
    incremental = runs.tables(request(1, mode="incremental"))
    assert len(runs.parts() - known) == 1
    assert len(runs.parts()) == len(known)
    assert incremental != before
    assert runs.tables(request(1000, wipe=True)) == incremental


def test_a_name_that_one_game_spells_anew_is_in_the_parts_of_the_games_that_nobody_touched(runs: Runs) -> None:
    for workbook in runs.data_dir.raw.rglob("*.xlsx"):
        workbook.unlink()  # names come from the games
    before = runs.tables(request(1))
    changed = max(runs.data_dir.raw.rglob("benchsight_game_*.json"), key=lambda path: path.stat().st_size)
    document = json.loads(changed.read_bytes())
    for player in document["rosters"]["home"]:
        player["name"] = f"A. {player['name']}"  # the first in order is the one that stands
    changed.write_text(json.dumps(document))
    incremental = runs.tables(request(1, mode="incremental"))
    assert incremental["fact_event_players"] != before["fact_event_players"]
    assert runs.tables(request(1000, wipe=True)) == incremental


def test_a_damaged_part_is_built_again(runs: Runs) -> None:
    whole = runs.tables(request(1))
    for path in runs.parts():
        path.write_bytes(path.read_bytes()[:-40] + b"x" * 40)
    assert runs.tables(request(1)) == whole
    assert all(Part.found(path) for path in runs.parts())


def test_a_validating_run_builds_parts_and_publishes_nothing(runs: Runs) -> None:
    result = runs.run(request(2, mode="test")).result
    assert not result.published
    assert result.rows_written > 0
    assert published(runs.data_dir) is None


class TestBatches:
    def test_they_hold_every_game_once_in_order(self) -> None:
        games = [18000 + 7 * n for n in range(500)]
        found = batches(games[::-1], 20)
        assert [number for batch in found for number in batch] == games
        assert {10 <= len(batch) <= 40 for batch in found[:-1]} == {True}

    def test_a_new_game_leaves_almost_every_batch_as_it_is(self) -> None:
        games = [18000 + 7 * n for n in range(500)]
        before, after = set(batches(games, 20)), set(batches([*games, 18003], 20))
        assert len(after - before) <= 3

    def test_a_league_without_games_has_one_empty_batch(self) -> None:
        assert batches([]) == [()]


GAMES = bigint("game_id", "A game.", nullable=False)
NAME = text("name", "A name.", nullable=False)


@table(key=("name",), grain="one name", columns=(GAMES, NAME), per_game=True)
def fact_names(names: pl.DataFrame) -> pl.DataFrame:
    """The names."""
    return names


@table(key=("game_id",), grain="one game", columns=(GAMES, NAME), per_game=True)
def fact_backwards(names: pl.DataFrame) -> pl.DataFrame:
    """The names, the last game first."""
    return names.reverse()


@table(key=("name",), grain="one name")
def last_names(fact_names: pl.DataFrame) -> pl.DataFrame:
    """The names, over all games."""
    return fact_names


def build(tmp_path: Path, tables: list[Table], names: pl.DataFrame, together: int) -> list[TableBuilt]:
    built: list[TableBuilt] = []
    people = pl.DataFrame(schema={"game_id": pl.Int64, "player_id": pl.String})
    LeagueBuild(
        registry=Registry(tables),
        sources={"names": names, "teams": make_league().teams},
        stored=StoredGames(tmp_path, "reader", {1: "one", 2: "two"}, frozenset()),
        people=people,
        code="code",
        folder=tmp_path / "parts",
        writer=None,
        report=built.append,
        together=together,
    ).build(set())
    return built


class TestPromises:
    @pytest.mark.parametrize("together", [1, 10])
    def test_a_key_that_repeats_in_another_game_is_found(self, tmp_path: Path, together: int) -> None:
        names = pl.DataFrame({"game_id": [1, 1, 2, 2], "name": ["a", "c", "b", "c"]})
        with pytest.raises(BrokenTable, match=r"fact_names: the key name repeats, for example .*c"):
            build(tmp_path, [fact_names], names, together)

    def test_keys_of_two_games_may_mingle(self, tmp_path: Path) -> None:
        names = pl.DataFrame({"game_id": [1, 1, 2, 2], "name": ["a", "c", "b", "d"]})
        assert [(b.name, b.rows) for b in build(tmp_path, [fact_names], names, 1)] == [("fact_names", 4)]

    def test_rows_out_of_the_order_of_games_are_refused(self, tmp_path: Path) -> None:
        names = pl.DataFrame({"game_id": [1, 2], "name": ["a", "b"]})
        with pytest.raises(BrokenTable, match="fact_backwards is declared per game, but its rows are not"):
            build(tmp_path, [fact_backwards], names, 10)

    def test_a_table_of_the_league_sees_the_rows_of_all_games(self, tmp_path: Path) -> None:
        names = pl.DataFrame({"game_id": [1, 2], "name": ["a", "b"]})
        assert {b.name: b.rows for b in build(tmp_path, [last_names, fact_names], names, 1)}["last_names"] == 2

    def test_a_table_of_games_may_not_read_one_of_the_league(self) -> None:
        @table(key=("game_id",), grain="one game", per_game=True)
        def too_late(last_names: pl.DataFrame) -> pl.DataFrame:
            return last_names

        with pytest.raises(InvalidRegistry, match="too_late is per game and may not read last_names"):
            partition(Registry([fact_names, last_names, too_late]))
