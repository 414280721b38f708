"""Snapshots over HTTP: listed, kept, and gone back to, in a real PostgreSQL too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from snapshot.files import exclusive
from snapshot.layout import DataDir
from snapshot.pins import pin, published_ids
from snapshot.reader import load, published
from tests.api.serving import Client, behave, service
from tests.snapshot_builder import publish

FIRST, SECOND, THIRD = (f"2026110{n}T190000000000Z-0000000{n}" for n in (1, 2, 3))


def league(goals: int, games: int = 3) -> dict[str, Any]:
    frame = pl.DataFrame({"game_id": range(1, games + 1), "goals": [goals] * games})
    return {"dim_season": (pl.DataFrame({"season_id": ["S1"]}), ["season_id"]), "fact_games": (frame, ["game_id"])}


@pytest.fixture
def layout(data_dir: Path) -> DataDir:
    return DataDir(data_dir)


@pytest.fixture
def two(layout: DataDir) -> DataDir:
    publish(layout.root, league(1), FIRST)
    publish(layout.root, league(2), SECOND)
    return layout


@pytest.fixture
def with_database(data_dir: Path, database: str) -> Iterator[Client]:
    with service(data_dir, supabase_db_url=database) as client:
        yield client


def listed(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/api/snapshots")
    assert answer.status_code == 200, answer.text
    return answer.json()


def restore(client: Client, snapshot_id: str, **body: Any) -> Any:
    return client.post(f"/api/snapshots/{snapshot_id}/restore", json=body)


def uploaded(client: Client) -> None:
    job = client.post("/api/upload/to-supabase", json={}).json()
    assert client.finished(job["job_id"])["status"] == "completed"


def goals_in(database: str) -> set[int]:
    with psycopg.connect(database) as connection:
        return {row[0] for row in connection.execute("select goals from fact_games")}


class TestList:
    def test_of_nothing_is_empty(self, client: Client) -> None:
        assert listed(client) == []

    def test_is_newest_first_and_says_what_each_holds(self, client: Client, two: DataDir) -> None:
        pin(two, FIRST, "upload-a-job")
        newest, oldest = listed(client)
        assert (newest["snapshot_id"], newest["current"], newest["pinned"]) == (SECOND, True, False)
        assert (oldest["snapshot_id"], oldest["current"], oldest["pinned"]) == (FIRST, False, True)
        assert (newest["tables"], newest["rows"], newest["games"]) == (2, 4, 0)
        assert newest["size_bytes"] == sum(f.stat().st_size for f in (two.snapshots / SECOND).iterdir())

    def test_names_a_damaged_one_with_its_problem_and_no_path(self, client: Client, two: DataDir) -> None:
        (two.snapshots / FIRST / "manifest.json").write_text("{}")
        oldest = listed(client)[-1]
        assert oldest["rows"] is None
        assert "manifest.json" in oldest["problem"]
        assert str(two.root) not in oldest["problem"]


class TestRestore:
    def test_publishes_the_earlier_league_again_under_the_latest_id(self, client: Client, two: DataDir) -> None:
        answer = restore(client, FIRST)
        assert answer.status_code == 200, answer.text
        restored = answer.json()
        assert (restored["restored_from"], restored["previous_id"], restored["job"]) == (FIRST, SECOND, None)
        current = published(two)
        assert current is not None
        assert current.id == restored["snapshot_id"] == max(s["snapshot_id"] for s in listed(client))
        assert current.read("fact_games").equals(load(two.snapshots / FIRST).read("fact_games"))
        current.verify()

    def test_costs_no_room(self, client: Client, two: DataDir) -> None:
        restored = restore(client, FIRST).json()["snapshot_id"]
        earlier = two.snapshots / FIRST / "fact_games.csv"
        assert earlier.samefile(two.snapshots / restored / "fact_games.csv")

    @pytest.mark.usefixtures("two")
    def test_of_what_is_current_changes_nothing_however_often(self, client: Client) -> None:
        assert restore(client, SECOND).json()["snapshot_id"] == SECOND
        once = restore(client, FIRST).json()["snapshot_id"]
        assert restore(client, FIRST).json()["snapshot_id"] == once
        assert restore(client, once).json()["snapshot_id"] == once
        assert len(listed(client)) == 3

    @pytest.mark.usefixtures("two")
    def test_back_and_forth_names_the_first_origin(self, client: Client) -> None:
        back = restore(client, FIRST).json()["snapshot_id"]
        forth = restore(client, SECOND).json()
        assert (forth["restored_from"], forth["previous_id"]) == (SECOND, back)
        again = restore(client, back).json()["snapshot_id"]
        assert listed(client)[0]["snapshot_id"] == again
        assert listed(client)[0]["restored_from"] == FIRST

    @pytest.mark.parametrize("unknown", ["nothing", "20261101T190000000000Z-00000009", ".partial-x", "%2e%2e%2fx"])
    @pytest.mark.usefixtures("two")
    def test_of_an_unknown_one_is_404(self, client: Client, unknown: str) -> None:
        assert restore(client, unknown).status_code == 404

    def test_of_a_damaged_one_names_the_file_and_changes_nothing(self, client: Client, two: DataDir) -> None:
        with (two.snapshots / FIRST / "fact_games.csv").open("a") as file:
            file.write("9,9\n")
        answer = restore(client, FIRST)
        assert (answer.status_code, answer.json()["code"]) == (409, "snapshot_damaged")
        assert "fact_games.csv" in answer.json()["detail"]
        (two.snapshots / FIRST / "dim_season.csv").unlink()
        assert "dim_season.csv" in restore(client, FIRST).json()["detail"]
        current = published(two)
        assert current is not None
        assert current.id == SECOND

    def test_during_an_etl_job_is_refused(self, client: Client, two: DataDir) -> None:
        behave(two.root, "hang")
        job = client.trigger()
        client.job_when(job["job_id"], lambda job: job["status"] == "running")
        answer = restore(client, FIRST)
        assert (answer.status_code, answer.json()["code"]) == (409, "etl_under_way")
        client.post(f"/api/etl/cancel/{job['job_id']}")
        assert restore(client, FIRST).status_code == 200

    def test_during_a_run_by_hand_is_refused(self, client: Client, two: DataDir) -> None:
        with exclusive(two.etl_lock):
            assert restore(client, FIRST).json()["code"] == "etl_under_way"

    def test_that_cannot_be_put_in_place_leaves_what_was(self, client: Client, two: DataDir) -> None:
        two.output.unlink()
        (two.output / "in the way").mkdir(parents=True)
        answer = restore(client, FIRST)
        assert (answer.status_code, answer.json()["code"]) == (503, "restore_failed")
        assert [path for path in two.snapshots.iterdir() if path.name not in {FIRST, SECOND}] == []

    def test_prunes_as_configured_but_nothing_that_is_needed(self, data_dir: Path, two: DataDir) -> None:
        publish(two.root, league(3), THIRD)
        pin(two, SECOND, "training-of-somebody")
        with service(data_dir, keep_snapshots=1) as client:
            kept = restore(client, FIRST).json()["snapshot_id"]
            assert [s["snapshot_id"] for s in listed(client)] == [kept, SECOND]

    @pytest.mark.usefixtures("two")
    def test_is_in_the_audit_log(self, client: Client) -> None:
        restored = restore(client, FIRST).json()["snapshot_id"]
        entry = client.get("/api/audit").json()[0]
        assert entry["action"] == "restore_snapshot"
        assert entry["changes"][0]["before"] == [{"current": SECOND}]
        assert entry["changes"][0]["after"] == [{"current": restored, "restored_from": FIRST}]


class TestRestoreWithUpload:
    def test_rolls_the_database_back_and_later_uploads_go_on(
        self, with_database: Client, two: DataDir, database: str
    ) -> None:
        uploaded(with_database)
        assert goals_in(database) == {2}
        assert [s["in_warehouse"] for s in listed(with_database)] == [True, False]

        answer = restore(with_database, FIRST, upload=True)
        assert answer.status_code == 202, answer.text
        job = answer.json()["job"]
        assert answer.headers["location"] == f"/api/upload/status/{job['job_id']}"
        done = with_database.finished(job["job_id"])
        assert (done["status"], done["result"]["snapshot_id"]) == ("completed", answer.json()["snapshot_id"])
        assert goals_in(database) == {1}
        assert published_ids(two) == {answer.json()["snapshot_id"]}

        publish(two.root, league(4), "20991101T190000000000Z-00000004")
        uploaded(with_database)
        assert goals_in(database) == {4}

    def test_still_asks_before_more_than_half_is_deleted(self, with_database: Client, layout: DataDir) -> None:
        publish(layout.root, league(1, games=1), FIRST)
        publish(layout.root, league(1, games=9), SECOND)
        uploaded(with_database)
        refused = restore(with_database, FIRST, upload=True).json()
        assert with_database.finished(refused["job"]["job_id"])["status"] == "failed"
        again = restore(with_database, FIRST, upload=True, replace=True).json()
        assert again["snapshot_id"] == refused["snapshot_id"]
        assert with_database.finished(again["job"]["job_id"])["status"] == "completed"
