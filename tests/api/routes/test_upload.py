"""Uploads over HTTP, into a real PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from snapshot.layout import DataDir
from snapshot.pins import PUBLISHED, holders, pin, pinned_ids, published_ids
from tests.api.serving import Client, service
from tests.known_secrets import PASSWORD
from tests.snapshot_builder import publish

OLDER, NEWER = "20261101T190000000000Z-0000000a", "20261102T190000000000Z-0000000b"


def league(points: tuple[int, int] = (4, 2), *, games: int = 3, shifts: int = 3000) -> dict[str, Any]:
    return {
        "dim_season": (pl.DataFrame({"season_id": ["S1"], "start_date": ["2026-09-01"]}), ["season_id"]),
        "dim_schedule": (
            pl.DataFrame(
                {
                    "game_id": range(18969, 18969 + games),
                    "date": ["2026-10-04"] * games,
                    "home_team_name": ["Foxes"] * games,
                    "away_team_name": ["Moose"] * games,
                    "home_total_goals": [points[0]] * games,
                    "away_total_goals": [points[1]] * games,
                }
            ),
            ["game_id"],
        ),
        "fact_team_season_stats_basic": (
            pl.DataFrame(
                {
                    "team_season_basic_key": ["S1_T1", "S1_T2"],
                    "team_id": ["T1", "T2"],
                    "team_name": ["Foxes", "Moose"],
                    "season_id": ["S1", "S1"],
                    "game_type": ["All", "All"],
                    "points": list(points),
                    "wins": [points[0] // 2, points[1] // 2],
                    "goal_diff": [0, 0],
                }
            ),
            ["team_season_basic_key"],
        ),
        "fact_gameroster": (
            pl.DataFrame(
                {
                    "player_game_key": ["1", "2"],
                    "player_id": ["P1", "P2"],
                    "player_full_name": ["Ana Abel", "Bo Berg"],
                    "season_id": ["S1", "S1"],
                    "goals": list(points),
                    "assist": [1, 0],
                    "points": [points[0] + 1, points[1]],
                }
            ),
            ["player_game_key"],
        ),
        "fact_shifts": (
            pl.DataFrame({"shift_id": [f"SH{n:06}" for n in range(shifts)], "note": ["on the ice"] * shifts}),
            ["shift_id"],
        ),
        "qa_goal_accuracy": (
            pl.DataFrame(
                {
                    "game_id": [18969, 18970],
                    "official_home_goals": [5, 3],
                    "official_away_goals": [3, 1],
                    "tracked_home_goals": [5, 2],
                    "tracked_away_goals": [3, 1],
                    "is_match": [True, False],
                }
            ),
            ["game_id"],
        ),
    }


@pytest.fixture
def upload(data_dir: Path, database: str) -> Iterator[Client]:
    with service(data_dir, supabase_db_url=database) as client:
        yield client


def uploaded(client: Client, **request: Any) -> dict[str, Any]:
    answer = client.post("/api/upload/to-supabase", json=request)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/upload/status/{answer.json()['job_id']}"
    return client.finished(answer.json()["job_id"])


def rows_in(database: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def tables_in(database: str) -> set[str]:
    return {row[0] for row in rows_in(database, "select tablename from pg_tables where schemaname = 'public'")}


class TestUpload:
    def test_makes_the_tables_those_of_the_snapshot_and_again_writes_nothing(
        self, upload: Client, data_dir: Path, database: str
    ) -> None:
        publish(data_dir, league(), OLDER)
        job = uploaded(upload)
        assert (job["status"], job["kind"], job["mode"]) == ("completed", "upload", "all"), job
        result = job["result"]
        assert result["tables_uploaded"] == sorted(league(), key=result["tables_uploaded"].index)
        assert (result["rows_uploaded"], result["rows_written"]) == (3010, 3010)
        assert (result["backend"], result["atomic"], result["snapshot_id"]) == ("postgres", True, OLDER)
        assert result["warnings"] == []
        shifts = next(table for table in result["tables"] if table["table"] == "fact_shifts")
        assert shifts.keys() == {"table", "rows", "inserted", "updated", "deleted", "seconds", "error"}
        assert (shifts["rows"], shifts["inserted"], shifts["error"]) == (3000, 3000, None)
        assert rows_in(database, "select count(*) from fact_shifts") == [(3000,)]
        assert uploaded(upload)["result"]["rows_written"] == 0

    @pytest.mark.parametrize(
        ("request_body", "tables"),
        [
            ({"mode": "dims"}, ["dim_schedule", "dim_season"]),
            ({"mode": "facts"}, ["fact_gameroster", "fact_shifts", "fact_team_season_stats_basic"]),
            ({"mode": "qa"}, ["qa_goal_accuracy"]),
            ({"mode": "basic"}, ["fact_team_season_stats_basic"]),
            ({"mode": "tracking"}, ["fact_gameroster", "fact_shifts", "fact_team_season_stats_basic"]),
            ({"mode": "qa", "tables": ["dim_season"]}, ["dim_season"]),
            ({"mode": "qa", "tables": [], "options": None}, ["qa_goal_accuracy"]),
        ],
        ids=str,
    )
    def test_takes_the_tables_that_the_mode_or_the_list_says(
        self, upload: Client, data_dir: Path, request_body: dict[str, Any], tables: list[str]
    ) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        assert sorted(uploaded(upload, **request_body)["result"]["tables_uploaded"]) == tables

    def test_of_nothing_is_refused(self, upload: Client) -> None:
        answer = upload.post("/api/upload/to-supabase", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_upload")
        assert "run the ETL first" in answer.json()["detail"]

    def test_of_unknown_tables_names_the_nearest(self, upload: Client, data_dir: Path) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        for path in ("to-supabase", "preview"):
            answer = upload.post(f"/api/upload/{path}", json={"tables": ["dim_season", "fact_shift"]})
            assert (answer.status_code, answer.json()["code"]) == (400, "unknown_tables")
            assert answer.json()["detail"].startswith("Unknown table 'fact_shift'. Nearest: fact_shifts")
            assert answer.json()["errors"][0]["field"] == "tables.1"

    @pytest.mark.parametrize(
        "body",
        [
            {"mode": "everything"},
            {"options": {"batch_size": 1001}},
            {"options": {"drop": True}},
            {"tables": ["x" * 300]},
            {"tables": ["'; drop table dim_season; --"]},
        ],
        ids=["mode", "batch", "option", "long name", "injection"],
    )
    def test_of_a_wrong_request_is_refused(self, upload: Client, data_dir: Path, body: dict[str, Any]) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        assert upload.post("/api/upload/to-supabase", json=body).status_code == 400

    def test_says_that_clean_does_nothing(self, upload: Client, data_dir: Path) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        result = uploaded(upload, mode="dims", options={"clean": True})["result"]
        assert any("'clean' does nothing" in warning for warning in result["warnings"])

    def test_of_an_older_snapshot_fails(self, upload: Client, data_dir: Path, database: str) -> None:
        publish(data_dir, league((8, 2), shifts=3), NEWER)
        assert uploaded(upload)["status"] == "completed"
        publish_again(data_dir, OLDER)
        job = uploaded(upload)
        assert job["status"] == "failed"
        assert "is older than" in job["error"]
        assert rows_in(database, "select max(points) from fact_team_season_stats_basic") == [(8,)]

    def test_that_deletes_most_rows_needs_replace(self, upload: Client, data_dir: Path, database: str) -> None:
        publish(data_dir, league(shifts=300), OLDER)
        assert uploaded(upload)["status"] == "completed"
        publish_again(data_dir, NEWER, league(shifts=30))
        change = next(
            table
            for table in upload.post("/api/upload/preview", json={}).json()["tables"]
            if table["table"] == "fact_shifts"
        )
        assert (change["deleted"], change["needs_replace"]) == (270, True)
        refused = uploaded(upload)
        assert (refused["status"], "fact_shifts" in refused["error"]) == ("failed", True)
        kept = uploaded(upload, options={"keep_missing": True})
        assert kept["status"] == "completed"
        assert rows_in(database, "select count(*) from fact_shifts") == [(300,)]
        assert uploaded(upload, options={"replace": True})["status"] == "completed"
        assert rows_in(database, "select count(*) from fact_shifts") == [(30,)]

    def test_names_a_row_that_cannot_be_stored(self, upload: Client, data_dir: Path, database: str) -> None:
        layout = publish(data_dir, league(shifts=3), OLDER)
        file = layout.output / "dim_schedule.csv"
        file.write_text(file.read_text().replace("18970", "no number"))
        job = uploaded(upload)
        assert job["status"] == "failed"
        assert job["errors"] == [job["error"]]
        assert job["error"].startswith("dim_schedule row 2, column game_id")
        errors = {table["table"]: table["error"] for table in job["result"]["tables"]}
        assert errors == {**dict.fromkeys(league()), "dim_schedule": job["error"]}
        assert {table["inserted"] for table in job["result"]["tables"]} == {0}
        assert (job["result"]["tables_uploaded"], job["result"]["rows_written"]) == ([], 0)
        assert rows_in(database, "select count(*) from dim_schedule") == [(0,)]

    def test_waits_for_a_lock_and_a_cancel_takes_all_back(self, upload: Client, data_dir: Path, database: str) -> None:
        publish(data_dir, league(), OLDER)
        uploaded(upload)
        publish_again(data_dir, NEWER, league((6, 2)))
        with psycopg.connect(database) as holder:
            holder.execute("lock table dim_schedule in access exclusive mode")
            job_id = upload.post("/api/upload/to-supabase", json={}).json()["job_id"]
            upload.job_when(job_id, lambda job: (job["current_step"] or "").startswith("Merging"))
            begun = time.monotonic()
            cancelled = upload.post(f"/api/upload/cancel/{job_id}").json()
            assert (cancelled["status"], time.monotonic() - begun < 5) == ("cancelled", True)
        assert rows_in(database, "select max(points) from fact_team_season_stats_basic") == [(4,)]
        assert upload.post(f"/api/upload/cancel/{job_id}").status_code == 409

    def test_is_seen_whole_or_not_at_all(self, upload: Client, data_dir: Path, database: str) -> None:
        publish(data_dir, league((2, 2)), OLDER)
        uploaded(upload)
        publish_again(data_dir, NEWER, league((6, 6)))
        seen: set[tuple[Any, ...]] = set()
        over = threading.Event()

        def read() -> None:
            while not over.is_set():
                statement = (
                    "select (select max(points) from fact_team_season_stats_basic), "
                    "(select max(home_total_goals) from dim_schedule), (select max(goals) from fact_gameroster)"
                )
                seen.update(rows_in(database, statement))

        reader = threading.Thread(target=read)
        reader.start()
        uploaded(upload)
        over.set()
        reader.join()
        seen.update(rows_in(database, "select 6, 6, 6"))
        assert seen <= {(2, 2, 2), (6, 6, 6)}

    def test_without_a_database_fails_with_its_reason(self, client: Client, data_dir: Path) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        assert uploaded(client)["status"] == "failed"
        answer = client.post("/api/upload/preview", json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "warehouse_unavailable")


def publish_again(data_dir: Path, snapshot_id: str, tables: dict[str, Any] | None = None) -> None:
    publish(data_dir, tables or league(shifts=3), snapshot_id)


class TestSnapshotOfAnUpload:
    def test_is_pinned_until_the_job_is_finished(self, upload: Client, data_dir: Path, database: str) -> None:
        layout = publish(data_dir, league(), OLDER)
        with psycopg.connect(database) as holder:
            holder.execute("select pg_advisory_lock(hashtext('benchsight.publish'))")
            running = upload.post("/api/upload/to-supabase", json={"mode": "dims"}).json()["job_id"]
            upload.job_when(running, lambda job: job["status"] == "running")
            waiting = upload.post("/api/upload/to-supabase", json={"mode": "qa"}).json()["job_id"]
            asked = {holder for _, holder in holders(layout)} - {PUBLISHED}
            assert asked == {f"upload-{running}", f"upload-{waiting}"}
            publish_again(data_dir, NEWER)
            assert pinned_ids(layout) == {OLDER}
        assert upload.finished(running)["result"]["snapshot_id"] == OLDER
        assert upload.finished(waiting)["result"]["snapshot_id"] == OLDER
        upload.post("/api/upload/to-supabase", json={"mode": "facts"})
        assert {holder for snapshot_id, holder in holders(layout) if snapshot_id == OLDER} <= {PUBLISHED}

    def test_pins_of_a_crash_are_freed_at_the_next_start(self, data_dir: Path) -> None:
        layout = DataDir(data_dir)
        pin(layout, OLDER, "upload-of-a-job-that-nobody-knows")
        pin(layout, OLDER, "training-of-somebody-else")
        with service(data_dir):
            assert holders(layout) == [(OLDER, "training-of-somebody-else")]

    def test_that_is_gone_fails_the_job(self, upload: Client, data_dir: Path, database: str) -> None:
        layout = publish(data_dir, league(shifts=3), OLDER)
        with psycopg.connect(database) as holder:
            holder.execute("select pg_advisory_lock(hashtext('benchsight.publish'))")
            upload.post("/api/upload/to-supabase", json={"mode": "dims"})
            waiting = upload.post("/api/upload/to-supabase", json={"mode": "qa"}).json()["job_id"]
            (layout.snapshots / OLDER / "manifest.json").unlink()
        job = upload.finished(waiting)
        assert (job["status"], "run the ETL again" in job["error"]) == ("failed", True)


class TestKeySentAgain:
    @pytest.mark.parametrize(
        ("path", "body", "other"),
        [
            ("/api/upload/to-supabase", {}, {"mode": "dims"}),
            ("/api/upload/to-supabase", {"tables": ["dim_season"]}, {"tables": ["dim_schedule"]}),
            ("/api/upload/generate-schema", {}, {"options": {"apply": True}}),
        ],
        ids=["upload", "tables", "schema"],
    )
    def test_after_another_publication_answers_the_same_job(
        self, upload: Client, data_dir: Path, path: str, body: dict[str, Any], other: dict[str, Any]
    ) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        key = {"Idempotency-Key": "monday"}
        first = upload.finished(upload.post(path, json=body, headers=key).json()["job_id"])
        publish_again(data_dir, NEWER)
        again = upload.post(path, json=body, headers=key)
        assert (again.status_code, again.json()["job_id"]) == (202, first["job_id"])
        assert again.json()["options"]["snapshot_id"] == OLDER
        refused = upload.post(path, json=other, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_conflict")
        assert pinned_ids(DataDir(data_dir)) == published_ids(DataDir(data_dir))

    def test_that_waits_for_an_older_snapshot_is_not_joined(
        self, upload: Client, data_dir: Path, database: str
    ) -> None:
        publish(data_dir, league(shifts=3), OLDER)
        with psycopg.connect(database) as holder:
            holder.execute("select pg_advisory_lock(hashtext('benchsight.publish'))")
            upload.post("/api/upload/to-supabase", json={"mode": "dims"})
            waiting = [upload.post("/api/upload/to-supabase", json={}).json()["job_id"] for _ in range(2)]
            publish_again(data_dir, NEWER)
            newer = upload.post("/api/upload/to-supabase", json={}).json()
        assert waiting[0] == waiting[1] != newer["job_id"]
        assert newer["options"]["snapshot_id"] == NEWER
        assert upload.finished(newer["job_id"])["status"] == "completed"


class TestPreview:
    def test_tells_the_hockey_of_it_and_changes_nothing(self, upload: Client, data_dir: Path, database: str) -> None:
        publish(data_dir, league((4, 2)), OLDER)
        first = upload.post("/api/upload/preview", json={}).json()
        assert (first["inserted"], first["games"]["appear_count"], len(first["standings"])) == (3010, 3, 2)
        uploaded(upload)
        publish_again(data_dir, NEWER, league((4, 6), games=2, shifts=3000))
        found = upload.post("/api/upload/preview", json={}).json()
        assert (found["snapshot_id"], found["backend"], found["atomic"]) == (NEWER, "postgres", True)
        assert [(m["team_name"], m["place_before"], m["place_after"]) for m in found["standings"]] == [
            ("Moose", 2, 1),
            ("Foxes", 1, 2),
        ]
        assert [change["category"] for change in found["leaders"]] == ["goals", "points"]
        assert found["leaders"][0]["after"][0] == {"player_id": "P2", "player_name": "Bo Berg", "value": 6}
        assert [game["game_id"] for game in found["games"]["vanish"]] == [18971]
        assert found["games"]["rescored"][0] == {"game_id": 18969, "before": "4-2", "after": "4-6"}
        assert found["box_scores"] == {
            "compared": 2,
            "agreeing": 1,
            "differing": [{"game_id": 18970, "official": "3-1", "tracked": "2-1"}],
        }
        assert rows_in(database, "select max(points) from fact_team_season_stats_basic") == [(4,)]

    def test_leaves_alone_what_is_not_chosen(self, upload: Client, data_dir: Path) -> None:
        publish(data_dir, league((4, 2), shifts=3), OLDER)
        uploaded(upload)
        publish_again(data_dir, NEWER, league((4, 6), shifts=3))
        found = upload.post("/api/upload/preview", json={"tables": ["dim_schedule"]}).json()
        assert (found["standings"], found["leaders"], found["games"]["rescored_count"]) == ([], [], 3)


class TestSchema:
    def test_is_written_downloaded_and_applied(self, upload: Client, data_dir: Path, database: str) -> None:
        assert upload.get("/api/upload/schema").status_code == 404
        publish(data_dir, league(shifts=3), OLDER)
        queued = upload.post("/api/upload/generate-schema", json={"options": {"apply": True}})
        assert queued.status_code == 202
        job = upload.finished(queued.json()["job_id"])
        assert job["status"] == "completed", job
        assert (job["result"]["tables_count"], job["result"]["applied"]) == (6, True)
        script = upload.get("/api/upload/schema")
        assert script.headers["content-type"].startswith("application/sql")
        assert script.content == (data_dir / job["result"]["schema_file"]).read_bytes()
        assert {"fact_shifts", "stage_events_tracking"} <= tables_in(database)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(script.content)

    def test_before_the_first_snapshot_is_that_of_staging(self, upload: Client, database: str) -> None:
        body = {"options": {"apply": True}}
        job = upload.finished(upload.post("/api/upload/generate-schema", json=body).json()["job_id"])
        assert (job["result"]["tables_count"], job["result"]["snapshot_id"]) == (0, None)
        assert "stage_events_tracking" in tables_in(database)


class TestLinkedJobs:
    def test_follow_on_a_run_with_exactly_its_snapshot(self, upload: Client, data_dir: Path) -> None:
        publish(data_dir, league(shifts=3), "20261018T193012482913Z-3f6c2a9e")
        publish_again(data_dir, NEWER)
        run = upload.trigger(options={"upload_to_supabase": True, "regenerate_schema": True})
        result = upload.finished(run["job_id"])["result"]
        upload_job = upload.finished(result["upload_job_id"])
        schema_job = upload.finished(result["schema_job_id"])
        assert upload_job["result"]["snapshot_id"] == "20261018T193012482913Z-3f6c2a9e"
        assert upload_job["linked_to"] == schema_job["linked_to"] == run["job_id"]
        assert schema_job["completed_at"] <= upload_job["started_at"]
        history = upload.get("/api/upload/history").json()
        assert {job["job_id"] for job in history} == {upload_job["job_id"], schema_job["job_id"]}

    def test_of_a_run_that_published_nothing_are_not_queued(self, upload: Client) -> None:
        run = upload.trigger(mode="test", options={"upload_to_supabase": True})
        result = upload.finished(run["job_id"])["result"]
        assert "upload_job_id" not in result
        assert any("Nothing was published" in warning for warning in result["warnings"])

    def test_that_cannot_be_queued_are_a_warning_of_the_run(self, upload: Client) -> None:
        run = upload.finished(upload.trigger(options={"upload_to_supabase": True})["job_id"])
        assert run["status"] == "completed"
        assert any("The tables were not uploaded" in warning for warning in run["result"]["warnings"])


class TestStatus:
    def test_says_that_the_database_answers(self, upload: Client) -> None:
        status = upload.get("/api/status").json()
        assert (status["supabase_connected"], status["warehouse"]["backend"]) == (True, "postgres")
        assert status["warehouse"]["latency_ms"] > 0
        assert status["warehouse"]["server_version"][0].isdigit()

    def test_is_quick_where_the_database_does_not_answer(self, data_dir: Path) -> None:
        with service(data_dir, supabase_db_url="postgresql://nobody@192.0.2.1/none") as client:
            begun = time.monotonic()
            assert client.get("/api/status").json()["supabase_connected"] is False
            assert time.monotonic() - begun < 3


def test_no_password_is_in_any_answer_or_file(data_dir: Path) -> None:
    secret = PASSWORD
    publish(data_dir, league(shifts=3), OLDER)
    with service(data_dir, supabase_db_url=f"postgresql://u:{secret}@127.0.0.1:1/x") as client:
        texts = [
            str(uploaded(client)),
            client.post("/api/upload/preview", json={}).text,
            client.get("/api/status").text,
            client.get("/api/upload/history").text,
        ]
    assert not any(secret in text for text in texts)
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert not any(secret.encode() in path.read_bytes() for path in files)
