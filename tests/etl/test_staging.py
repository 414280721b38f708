"""Staging in the ETL: corrections stick, whatever was read before; and runs with a real database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.demo.flaws import parse
from etl.demo.generate import Request, generate
from etl.extract import Extraction, extract
from etl.extraction_staging import NO_STAGING, StagedLeague, read_staging
from etl.extraction_survey import ExtractRequest, survey
from etl.staging_source import StagingUnreadable, staged_league
from formats.canonical import LeagueFrames
from formats.json_document import TrackerExport, open_json
from formats.staged_game import StagedGame
from formats.staged_writing import staged_rows
from formats.tracker_json import read_export
from snapshot.layout import DataDir
from tests.formats.league_builder import make_game
from tests.formats.master_builder import Master
from tests.formats.tracker_builder import as_bytes, make_event, make_export, make_shift, read_raw
from tests.reachable import reachable_folder
from warehouse.base import Change
from warehouse.opening import Choice, open_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    found = DataDir(tmp_path / "data")
    found.create()
    return found


def run(data_dir: DataDir, staging: StagedLeague = NO_STAGING, **changes: object) -> Extraction:
    return extract(data_dir, ExtractRequest(staging=staging, **changes), lambda *_: None)


def sheet(name: str, *rows: dict[str, object]) -> StagedLeague:
    return StagedLeague({name: rows})


def put(data_dir: DataDir, name: str, content: bytes) -> None:
    (data_dir.raw / name).write_bytes(content)


def full_name(extraction: Extraction, player_id: str) -> str:
    return extraction.league.players.filter(player_id=player_id)["full_name"].item()


class TestLeague:
    def test_a_correction_wins_and_goes_again(self, data_dir: DataDir) -> None:
        put(data_dir, "BLB.xlsx", Master().data())
        player = run(data_dir).league.players["player_id"][0]
        before = full_name(run(data_dir), player)
        staged = sheet("dim_player", {"player_id": player, "player_full_name": "Zoe New"})
        for _ in range(2):  # read, and then remembered
            corrected = run(data_dir, staged)
            assert full_name(corrected, player) == "Zoe New"
            assert corrected.league.players.filter(player_id=player)["origin"].item() == "stage"
        assert full_name(run(data_dir), player) == before

    def test_staging_decides_the_fingerprint(self, data_dir: DataDir) -> None:
        put(data_dir, "BLB.xlsx", Master().data())
        marks = [
            survey(data_dir, ExtractRequest(staging=staging)).fingerprint
            for staging in (
                NO_STAGING,
                sheet("dim_player", {"player_id": "P1", "player_full_name": "A B"}),
                sheet("dim_player", {"player_id": "P1", "player_full_name": "A C"}),
                NO_STAGING,
            )
        ]
        assert len(set(marks)) == 3
        assert marks[0] == marks[3]

    def test_a_deleted_game_is_gone_although_it_has_a_file(self, data_dir: DataDir) -> None:
        put(data_dir, "a.json", as_bytes(make_game(1, "Team A", "Team B")))
        put(data_dir, "b.json", as_bytes(make_game(2, "Team A", "Team B")))
        gone = run(data_dir, sheet("dim_schedule", {"game_id": "1", "deleted": "true"}))
        assert gone.league.games["game_id"].to_list() == [2]
        assert gone.league.schedule["game_id"].to_list() == [2]

    def test_personal_data_is_the_operators_decision(self, data_dir: DataDir) -> None:
        assert run(data_dir).rules.publish_personal_data is False
        assert run(data_dir, publish_personal_data=True).rules.publish_personal_data is True


class TestGames:
    def test_staging_alone(self, data_dir: DataDir) -> None:
        put(data_dir, "a.json", as_bytes(make_game(1, "Team A", "Team B")))
        game = staged_rows(read_raw(make_export([make_event("Shot")], [make_shift()], gameId=2)))
        staged = replace(sheet("dim_player", {"player_id": "P9", "player_full_name": "I J"}), games={2: game})
        alone = run(data_dir, staged, source="supabase")
        assert alone.league.games["game_id"].to_list() == [2]
        assert [(i.path, i.kind) for i in alone.inputs] == [("staging/2", "staging"), ("staging/dim_player", "staging")]
        assert run(data_dir, staged).league.games.select("game_id", "source").rows() == [(1, "json"), (2, "stage")]

    def test_a_staged_game_wins_and_its_file_completes_it(self, data_dir: DataDir) -> None:
        put(data_dir, "a.json", as_bytes(make_export([make_event("Shot"), make_event("Goal")], [make_shift()])))
        events = ({"game_id": "18969", "event_index": 0, "period": 1, "type": "Shot", "start_time": "10:00"},)
        staged = StagedLeague({}, {18969: StagedGame(18969, None, events, ())})
        found = run(data_dir, staged).league
        assert (found.events.height, found.shifts.height, found.rosters.height) == (1, 1, 14)

    def test_single_keeps_the_others_as_last_read(self, data_dir: DataDir) -> None:
        old, new = (staged_rows(read_raw(make_export([make_event("Shot")] * n, gameId=2))) for n in (1, 2))
        run(data_dir, StagedLeague({}, {2: old}))
        kept = run(data_dir, StagedLeague({}, {2: new}), only=frozenset({7}))
        assert kept.league.events.height == 1
        assert run(data_dir, StagedLeague({}, {2: new}), only=frozenset({2})).league.events.height == 2


def without_source(league: LeagueFrames) -> dict[str, pl.DataFrame]:
    dropped = {"source", "source_path", "source_sha256", "origin"}
    frames = {f.name: getattr(league, f.name).drop(dropped, strict=False) for f in fields(league)}
    path_only = pl.col("flag").is_in(["folder_mismatch", "workbook_superseded"])
    frames["flags"] = frames["flags"].filter(~path_only).sort(pl.all())
    return frames


def keep_one_json_a_game(data_dir: DataDir) -> dict[int, Path]:
    """Leave each game the JSON save that counts: completing one save from others is for files alone."""
    games = survey(data_dir, ExtractRequest()).games
    chosen = {g.game_id: g.chosen.file.location for g in games if g.chosen.facts.source == "json"}
    for path in data_dir.raw.rglob("*.json"):
        if path not in chosen.values():
            path.unlink()
    return chosen


def stage(path: Path) -> StagedGame:
    document = open_json(path.read_bytes())
    assert isinstance(document, TrackerExport)
    return staged_rows(read_export(document, "upload.json", "0" * 64))


def test_demo_games_with_every_flaw_are_the_same_by_file_and_by_staging(data_dir: DataDir) -> None:
    every = parse("all")
    generate(Request(data_dir.root, 6, 5, every, date(2026, 1, 18), 1), lambda *_: None)
    files = keep_one_json_a_game(data_dir)
    one = without_source(run(data_dir, wipe=True).league)
    staged = {number: stage(path) for number, path in files.items()}
    for path in files.values():
        path.unlink()
    by_staging = run(data_dir, StagedLeague({}, staged))
    assert len(staged) > 2
    other = without_source(by_staging.league)
    for name, frame in one.items():
        assert frame.equals(other[name]), name


@pytest.fixture(scope="module")
def reachable() -> Iterator[DataDir]:
    """Where a service user can reach, which pytest's own directories are not for root."""
    with reachable_folder() as folder:
        found = DataDir(folder / "data")
        found.create()
        yield found


def command(data_dir: DataDir, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {k: v for k, v in os.environ.items() if not k.startswith("SUPABASE")} | environment
    words = [sys.executable, "run_etl.py", "--data-dir", str(data_dir.root), *arguments]
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


class TestRuns:
    """A bare run starts the embedded server only where it was used before, and stops it."""

    def test_a_correction_reaches_the_published_tables(self, reachable: DataDir) -> None:
        put(reachable, "a.json", as_bytes(make_game(1, "Team A", "Team B")))
        assert command(reachable).returncode == 0
        assert not (reachable.state / "postgres.json").exists()
        with open_warehouse(reachable, Choice()) as opened:
            row = {"player_id": "P101", "player_full_name": "Zoe New"}
            opened.warehouse.apply([Change(table="stage_dim_player", rows=(row,))])
            assert read_staging(opened.warehouse).sheets["dim_player"][0]["player_full_name"] == "Zoe New"
        done = command(reachable, "--incremental")
        assert done.returncode == 0, done.stderr
        players = pl.read_csv(reachable.output / "dim_player.csv", infer_schema=False)
        assert players.filter(player_id="P101").select("player_full_name", "data_origin").rows() == [
            ("Zoe New", "stage")
        ]
        assert not list(reachable.state.rglob("postmaster.pid"))
        manifest = json.loads((reachable.output / "manifest.json").read_text(encoding="utf-8"))
        assert {"path": "staging/dim_player", "kind": "staging"}.items() <= manifest["inputs"][-1].items()

    def test_without_the_database_nothing_is_published(self, reachable: DataDir) -> None:
        refused = command(reachable, SUPABASE_DB_URL="postgresql://u:hunter2@127.0.0.1:1/x?connect_timeout=1")
        assert refused.returncode == 1
        assert "Staging cannot be read" in refused.stderr
        assert "hunter2" not in refused.stderr + refused.stdout
        if (reachable.state / "postgres.json").exists():
            with pytest.raises(StagingUnreadable):
                staged_league(reachable, {"BENCHSIGHT_STARTED_BY": "server"})
