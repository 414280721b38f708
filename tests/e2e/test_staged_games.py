"""A game with every flaw gives the same tables by file and by HTTP into staging: exports and tracking workbooks."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from api.config import PROJECT_ROOT
from etl.demo.flaws import parse
from etl.demo.generate import Request, generate
from etl.extraction_survey import ExtractRequest, survey
from snapshot.layout import DataDir
from snapshot.reader import published
from tests.api.serving import Client, service
from tests.reachable import reachable_folder

SOURCE_COLUMNS = ["source", "source_path", "source_sha256", "source_version", "data_origin", "origin", "input_path"]
ABOUT_FILES = ["folder_mismatch", "workbook_superseded"]  # flags about where files lie, which staging has not


@pytest.fixture
def data_dir() -> Iterator[DataDir]:
    """Where a service user can reach, which pytest's own directories are not for root."""
    with reachable_folder() as folder:
        yield DataDir(folder)


def one_file_a_game(data_dir: DataDir) -> dict[int, Path]:
    """Leave each game the file that counts: completing one save from others is for files alone."""
    games = survey(data_dir, ExtractRequest()).games
    chosen = {game.game_id: game.chosen.file.location for game in games}
    others = {source.file.location for game in games for source in game.others}
    for path in others - set(chosen.values()):
        path.unlink()
    return chosen


def tables_after_a_run(client: Client, data_dir: DataDir) -> dict[str, pl.DataFrame]:
    job = client.finished(client.trigger(options={"wipe": True, "validate": False})["job_id"])
    assert job["status"] == "completed", job
    snapshot = published(data_dir)
    assert snapshot is not None
    tables = {t.name: snapshot.read(t.name).drop(SOURCE_COLUMNS, strict=False) for t in snapshot.manifest.tables}
    flags = tables["qa_input_flags"].drop("flag_key")
    about_files = flags.filter(pl.col("flag").is_in(ABOUT_FILES)).group_by("game_id").agg(about_files=pl.len())
    counted = tables["qa_data_completeness"].join(about_files, on="game_id", how="left")
    return tables | {
        "qa_input_flags": flags.filter(~pl.col("flag").is_in(ABOUT_FILES)),
        "qa_data_completeness": counted.with_columns(pl.col("flags") - pl.col("about_files").fill_null(0)).drop(
            "about_files"
        ),
    }


def test_every_table_is_the_same(data_dir: DataDir) -> None:
    generate(Request(data_dir.root, 8, 5, parse("all"), date(2026, 1, 18), 1), lambda *_: None)
    files = one_file_a_game(data_dir)
    assert {path.suffix for path in files.values()} == {".json", ".xlsx"}
    with service(data_dir.root, etl_script=PROJECT_ROOT / "run_etl.py", warehouse="embedded") as client:
        by_file = tables_after_a_run(client, data_dir)
        for number, path in files.items():
            sent = client.post("/api/staging/tracking/upload-file", files={"file": (path.name, path.read_bytes())})
            assert (sent.status_code, sent.json()["game_id"]) == (200, number), sent.text
            path.unlink()
        by_staging = tables_after_a_run(client, data_dir)
    assert by_file.keys() == by_staging.keys()
    assert by_file["fact_events"].height > 1000
    for name, table in by_file.items():
        assert_frame_equal(by_staging[name], table, check_row_order=False)
