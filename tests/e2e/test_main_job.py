"""The main job: an admin triggers an ETL job over HTTP, watches it, and finds a published set of tables."""

from pathlib import Path

import polars as pl

from snapshot.layout import DataDir
from snapshot.reader import published
from tests.e2e.server import Server, nothing_left_behind, wait_until


def test_trigger_watch_and_find_the_tables(league: Path) -> None:
    with Server(league) as server:
        answer = server.http.post("/api/etl/trigger", json={"mode": "full"})
        assert answer.status_code == 202
        job_id = answer.json()["job_id"]
        seen = [server.job(job_id)]
        wait_until(lambda: seen.append(server.job(job_id)) or seen[-1]["status"] == "completed", seconds=60)

        progress = [job["progress"] for job in seen]
        assert progress == sorted(progress)
        assert all(job["progress"] < 100 for job in seen if job["status"] != "completed")
        done = seen[-1]
        assert done["progress"] == 100
        assert done["error"] is None
        result = done["result"]
        assert result["games"] == 4

        snapshot = published(DataDir(league))
        assert snapshot is not None
        snapshot.verify()
        assert result["snapshot_id"] == snapshot.id
        assert sorted(result["tables_created"]) == sorted(t.name for t in snapshot.manifest.tables)
        assert result["rows_written"] == snapshot.manifest.total_rows
        assert done["tables_created"] == result["tables_created"]
        assert (league / "output" / "dim_player.csv").is_file()

        status = server.http.get("/api/status").json()
        assert status["etl_available"] is True
        log = server.http.get(f"/api/etl/logs/{job_id}")
        assert log.status_code == 200


def test_an_incremental_job_does_nothing_when_nothing_changed(league: Path) -> None:
    with Server(league) as server:
        first = server.wait_for(server.trigger())["result"]["snapshot_id"]
        again = server.wait_for(server.trigger(mode="incremental"))["result"]
        assert again["snapshot_id"] == first
        assert again["published"] is False


def test_a_changed_game_reaches_the_tables_and_the_rest_stays(league: Path) -> None:
    game_file = next(p for p in sorted((league / "raw").rglob("*.json")) if "bkup" not in p.parts)
    with Server(league) as server:
        before = server.wait_for(server.trigger())["result"]
        game_file.unlink()
        after = server.wait_for(server.trigger(mode="incremental"))["result"]
        assert after["published"] is True
        assert after["games"] <= before["games"]


def test_test_mode_publishes_nothing(league: Path) -> None:
    with Server(league) as server:
        result = server.wait_for(server.trigger(mode="test"))["result"]
        assert result["published"] is False
        assert published(DataDir(league)) is None


def test_an_excluded_game_is_in_no_table(league: Path) -> None:
    with Server(league) as server:
        server.wait_for(server.trigger())
        snapshot = published(DataDir(league))
        assert snapshot is not None
        excluded = snapshot.manifest.games[0]
        server.wait_for(server.trigger(exclude_game_ids=[excluded]))
        snapshot = published(DataDir(league))
        assert snapshot is not None
        assert excluded not in snapshot.manifest.games
        assert snapshot.read("fact_events").filter(pl.col("game_id") == excluded).is_empty()


def test_a_cancelled_job_publishes_nothing_and_leaves_no_process(league: Path) -> None:
    with Server(league) as server, nothing_left_behind(str(league) + "/state"):
        job_id = server.trigger()
        wait_until(lambda: server.job(job_id)["status"] == "running")
        answer = server.http.post(f"/api/etl/cancel/{job_id}")
        assert answer.status_code in {200, 409}
        final = server.wait_for(job_id)
        if answer.status_code == 200:
            assert final["status"] == "cancelled"
            assert published(DataDir(league)) is None
            assert server.children() == []
        assert server.http.post(f"/api/etl/cancel/{job_id}").status_code == 409
