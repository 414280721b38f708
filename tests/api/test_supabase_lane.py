"""The services on a Supabase project reached by its REST interface alone, and on one that lacks the functions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.config import PROJECT_ROOT
from snapshot.reader import published
from tests.api.routes.test_upload import NEWER, OLDER, league, publish_again, rows_in, uploaded
from tests.api.serving import Client, service, supabase
from tests.formats.tracker_builder import as_bytes, make_event, make_export, make_shift
from tests.postgrest.faults import Fault
from tests.postgrest.server import ANON_KEY, SERVICE_KEY, PostgrestDouble
from tests.snapshot_builder import publish
from warehouse.schema import generate, staging_script

FUNCTIONS = {"begin_load", "load_rows", "publish_load", "preview_load", "abandon_load", "warehouse_catalog",
             "warehouse_status", "apply_changes"}  # fmt: skip
STAGING = {"stage_dim_player", "stage_dim_schedule", "stage_games_tracking", "stage_events_tracking",
           "stage_shifts_tracking"}  # fmt: skip
JOHN = {"table_name": "dim_player", "data": [{"player_id": "P001", "first_name": "John"}]}


@pytest.fixture
def project(data_dir: Path, database: str) -> Iterator[tuple[Client, PostgrestDouble]]:
    """The service on a project whose schema is that of the published league."""
    snapshot = published(publish(data_dir, league(shifts=1200), OLDER))
    assert snapshot is not None
    with supabase(database, generate(snapshot.manifest).text) as (where, double), service(data_dir, **where) as client:
        yield client, double


def test_an_upload_is_whole_and_again_writes_nothing(project: tuple[Client, PostgrestDouble], database: str) -> None:
    client, double = project
    job = uploaded(client)
    assert (job["status"], job["result"]["backend"], job["result"]["atomic"]) == ("completed", "supabase", True), job
    assert (job["result"]["rows_written"], job["result"]["warnings"]) == (1210, [])
    assert rows_in(database, "select count(*) from fact_shifts") == [(1200,)]
    assert uploaded(client)["result"]["rows_written"] == 0
    assert max(size for _, _, size in double.requests) <= 1_100_000


def test_a_preview_tells_the_hockey_of_it(project: tuple[Client, PostgrestDouble], data_dir: Path) -> None:
    client, _ = project
    uploaded(client)
    publish_again(data_dir, NEWER, league((4, 6), games=2, shifts=1200))
    found = client.post("/api/upload/preview", json={}).json()
    assert (found["backend"], found["atomic"], found["games"]["vanish_count"]) == ("supabase", True, 1)
    assert [(m["team_name"], m["place_before"], m["place_after"]) for m in found["standings"]] == [
        ("Moose", 2, 1),
        ("Foxes", 1, 2),
    ]


def test_refusals_name_the_table(project: tuple[Client, PostgrestDouble], data_dir: Path, database: str) -> None:
    client, _ = project
    uploaded(client)
    publish_again(data_dir, NEWER, league(shifts=30))
    few = uploaded(client)
    assert {t["table"] for t in few["result"]["tables"] if t["error"]} == {"fact_shifts"}
    assert "upload with replace" in few["error"]
    file = data_dir / "output" / "dim_schedule.csv"
    file.write_text(file.read_text().replace("18970", "no number"))
    bad = uploaded(client, options={"replace": True})
    assert bad["error"].startswith("dim_schedule row 2, column game_id")
    assert {t["table"] for t in bad["result"]["tables"] if t["error"]} == {"dim_schedule"}
    assert rows_in(database, "select count(*) from fact_shifts") == [(1200,)]


def test_the_schema_is_written_and_has_to_be_run_by_hand(project: tuple[Client, PostgrestDouble]) -> None:
    client, _ = project
    written = client.post("/api/upload/generate-schema", json={}).json()["job_id"]
    assert client.finished(written)["status"] == "completed"
    queued = client.post("/api/upload/generate-schema", json={"options": {"apply": True}}).json()
    job = client.finished(queued["job_id"])
    assert (job["status"], "SQL editor" in job["error"]) == ("failed", True)


def test_the_status_and_a_cancelled_upload(project: tuple[Client, PostgrestDouble], database: str) -> None:
    client, double = project
    status = client.get("/api/status").json()
    assert (status["supabase_connected"], status["warehouse"]["backend"]) == (True, "supabase")
    double.faults.waiting.append(Fault("429", "publish_load", times=None, retry_after=50))
    job_id = client.post("/api/upload/to-supabase", json={}).json()["job_id"]
    client.job_when(job_id, lambda job: job["progress"] >= 70)
    assert client.post(f"/api/upload/cancel/{job_id}").json()["status"] == "cancelled"
    assert rows_in(database, "select count(*) from fact_shifts") == [(0,)]


class TestWithoutTheFunctions:
    @pytest.fixture
    def lacking(self, project: tuple[Client, PostgrestDouble]) -> tuple[Client, PostgrestDouble]:
        project[1].faults.hidden |= FUNCTIONS
        return project

    def test_an_upload_says_that_it_was_not_atomic(self, lacking: tuple[Client, PostgrestDouble]) -> None:
        job = uploaded(lacking[0])
        assert (job["status"], job["result"]["atomic"], job["result"]["rows_written"]) == ("completed", False, 1210)
        assert "reset_supabase.sql" in job["result"]["warnings"][0]

    def test_a_failure_tells_what_was_written(self, lacking: tuple[Client, PostgrestDouble], database: str) -> None:
        client, double = lacking
        double.faults.waiting.append(Fault("401", "/fact_shifts?", times=None, method="POST"))
        job = uploaded(client)
        assert job["status"] == "failed"
        tables = {table["table"]: table["inserted"] for table in job["result"]["tables"]}
        assert tables["fact_shifts"] == 0
        assert set(job["result"]["tables_uploaded"]) == {name for name, rows in tables.items() if rows}
        assert {"dim_schedule", "dim_season"} <= set(job["result"]["tables_uploaded"])
        assert (job["result"]["atomic"], bool(job["result"]["warnings"])) == (False, True)
        assert rows_in(database, "select count(*) from dim_schedule") == [(tables["dim_schedule"],)]

    def test_staging_says_what_to_run(self, lacking: tuple[Client, PostgrestDouble]) -> None:
        client, double = lacking
        refused = client.post("/api/staging/blb-tables/upload", json=JOHN)
        assert (refused.status_code, refused.json()["code"]) == (409, "schema_differs")
        assert "reset_supabase.sql" in refused.json()["detail"]
        double.faults.hidden |= STAGING
        refused = client.get("/api/games")
        assert (refused.status_code, refused.json()["code"]) == (409, "schema_differs")
        assert "staging tables" in refused.json()["detail"]


def test_a_key_that_is_refused_is_a_bad_gateway(data_dir: Path, database: str) -> None:
    publish(data_dir, league(shifts=3), OLDER)
    wrong = "sb_secret_of_another_project_000000"
    secret = {"supabase_service_key": SecretStr(wrong)}
    with supabase(database, staging_script()) as (where, _), service(data_dir, **where | secret) as client:
        answers = [
            client.post("/api/staging/blb-tables/upload", json=JOHN),
            client.post("/api/upload/preview", json={}),
            client.get("/api/games"),
        ]
        assert [a.status_code for a in answers] == [502, 502, 502]
        assert {a.json()["code"] for a in answers} == {"warehouse_denied"}
        told = "".join(a.text for a in answers) + str(uploaded(client)) + client.get("/api/status").text
    assert wrong not in told
    assert ANON_KEY not in told
    assert SERVICE_KEY not in told


@pytest.mark.parametrize("lane", ["direct", "rest"])
def test_a_correction_reaches_the_next_runs_tables_and_the_warehouse(
    data_dir: Path, database: str, lane: str, tmp_path: Path
) -> None:
    document = make_export([make_event("Shot")], [make_shift()])
    player = document["rosters"]["home"][0]["id"]
    real: dict[str, Any] = {"etl_script": PROJECT_ROOT / "run_etl.py"}

    def corrected(client: Client) -> None:
        row = {"player_id": player, "player_full_name": "Zoe New"}
        answer = client.post("/api/staging/blb-tables/upload", json={"table_name": "dim_player", "data": [row]})
        assert answer.status_code == 200, answer.text
        run = client.finished(client.trigger(options={"upload_to_supabase": True})["job_id"])
        assert run["status"] == "completed", run
        job = client.finished(run["result"]["upload_job_id"])
        assert job["status"] == "completed", job
        shown = client.get(f"/api/tables/dim_player?player_id=eq.{player}").json()["rows"][0]
        assert (shown["player_full_name"], shown["data_origin"]) == ("Zoe New", "stage")
        statement = f"select player_full_name, data_origin from dim_player where player_id = '{player}'"
        assert rows_in(database, statement) == [("Zoe New", "stage")]
        others = rows_in(database, f"select distinct data_origin from dim_player where player_id <> '{player}'")
        assert ("stage",) not in others

    raw = data_dir / "raw"
    raw.mkdir(parents=True)
    (raw / "game.json").write_bytes(as_bytes(document))
    if lane == "direct":
        with service(data_dir, supabase_db_url=database, **real) as client:
            corrected(client)
        return
    with service(
        tmp_path / "first", supabase_db_url=database, **real
    ) as first:  # the league's tables, for the project's schema
        first.post("/api/raw/files", files={"file": ("game.json", as_bytes(document))})
        assert first.finished(first.trigger()["job_id"])["status"] == "completed"
        first.finished(first.post("/api/upload/generate-schema", json={}).json()["job_id"])
        script = first.get("/api/upload/schema").text
    with supabase(database, script) as (where, _), service(data_dir, **where, **real) as client:
        corrected(client)
