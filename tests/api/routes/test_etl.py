import json
import threading
import time
from pathlib import Path

import pytest

from tests.api.serving import Client, behave, publish_schedule, service, track


class TestTrigger:
    def test_a_job_runs_to_its_end_and_says_what_it_did(self, client: Client, data_dir: Path) -> None:
        answer = client.post("/api/etl/trigger", json={"mode": "full"})
        assert answer.status_code == 202
        queued = answer.json()
        assert answer.headers["Location"] == f"/api/etl/status/{queued['job_id']}"
        assert (queued["status"], queued["kind"], queued["progress"]) == ("pending", "etl", 0)
        assert queued["created_at"].endswith("Z")
        job = client.finished(queued["job_id"])
        assert (job["status"], job["progress"]) == ("completed", 100)
        assert job["tables_created"] == ["dim_player", "fact_goals"]
        assert job["result"] == {
            "tables_created": ["dim_player", "fact_goals"],
            "rows_written": 42,
            "games": 2,
            "games_read": 1,
            "snapshot_id": "20261018T193012482913Z-3f6c2a9e",
            "published": True,
            "duration_seconds": 0.1,
            "warnings": ["two rosters disagree", "game 18969 has no goalie"],
            "quarantined": [{"file": "notes.json", "reason": "not a tracker export"}],
            "left_out": [],
        }
        assert list((data_dir / "state").glob("progress-*")) == []

    def test_the_run_gets_the_request_as_arguments_and_none_of_our_keys(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [18969, 18977])
        request = {
            "mode": "single",
            "game_ids": [18977, 18969, 18969],
            "exclude_game_ids": [18977],
            "source": "supabase",
            "options": {"wipe": True, "validate": False},
        }
        job = client.trigger(**request)
        assert client.finished(job["job_id"])["status"] == "completed"
        seen = json.loads((data_dir / "seen.json").read_text())
        argv = seen["argv"]
        assert argv[:4] == ["--mode", "single", "--data-dir", str(data_dir)]
        assert argv[4:6] == ["--run-id", job["job_id"]]
        assert argv[argv.index("--source") + 1] == "supabase"
        assert {"--wipe", "--lenient"} <= set(argv)
        assert argv[argv.index("--games") + 1 :][:2] == ["18969", "18977"]
        assert argv[argv.index("--exclude-games") + 1 :] == ["18977"]
        assert seen["key"] is None
        assert seen["run"] == job["job_id"]

    def test_what_was_asked_for_and_not_done_is_said(self, client: Client) -> None:
        job = client.trigger(options={"upload_to_supabase": True, "regenerate_schema": True})
        warnings = client.finished(job["job_id"])["result"]["warnings"]
        assert any("were not uploaded" in warning for warning in warnings)
        assert any("schema was not written" in warning for warning in warnings)

    @pytest.mark.parametrize(
        ("behaviour", "error"),
        [
            ("fails", "The master workbook has no sheet dim_player"),
            ("blocked", "Blocked by a check: points are not goals + assists in 2 rows"),
            ("crashes", "RuntimeError: the disk is full"),
            ("is killed", "The ETL was ended from outside (SIGKILL); is memory short?"),
            ("is silent", "The ETL ended without saying what it did"),
        ],
    )
    def test_a_failed_run_says_why(self, client: Client, data_dir: Path, behaviour: str, error: str) -> None:
        behave(data_dir, behaviour)
        job = client.finished(client.trigger()["job_id"])
        assert (job["status"], job["error"], job["errors"]) == ("failed", error, [error])
        assert job["progress"] < 100

    def test_the_same_key_gives_the_same_job_also_after_a_restart(self, data_dir: Path) -> None:
        key = {"Idempotency-Key": "sunday"}
        with service(data_dir) as client:
            first = client.post("/api/etl/trigger", json={"mode": "full"}, headers=key).json()
            client.finished(first["job_id"])
        with service(data_dir) as client:
            again = client.post("/api/etl/trigger", json={"mode": "full"}, headers=key)
            assert (again.status_code, again.json()["job_id"]) == (202, first["job_id"])
            other = client.post("/api/etl/trigger", json={"mode": "test"}, headers=key)
            assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")

    @pytest.mark.parametrize("key", ["", "x" * 256], ids=["empty", "256 characters"])
    def test_a_key_has_a_length(self, client: Client, key: str) -> None:
        answer = client.post("/api/etl/trigger", json={"mode": "full"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 400

    def test_past_the_bound_a_job_is_refused_for_a_while(self, data_dir: Path) -> None:
        behave(data_dir, "slow")
        track(data_dir, range(10))
        with service(data_dir, max_queued_jobs=2) as client:
            running = client.trigger()
            client.job_when(running["job_id"], lambda job: job["status"] == "running")
            waiting = [client.trigger(mode="single", game_ids=[game]) for game in range(2)]
            assert waiting[1]["current_step"] != waiting[0]["current_step"]
            refused = client.post("/api/etl/trigger", json={"mode": "single", "game_ids": [3]})
            assert (refused.status_code, refused.json()["code"]) == (429, "queue_full")
            assert int(refused.headers["Retry-After"]) > 0


class TestGameIds:
    def test_games_of_the_published_schedule_are_known(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [18969])
        client.trigger(mode="single", game_ids=[18969])

    def test_games_tracked_but_not_published_are_known(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [18969])
        track(data_dir, [19001])
        client.trigger(mode="single", game_ids=[19001, 18969])

    def test_an_unknown_game_is_refused_with_the_nearest_ones(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [18969, 18977, 20001])
        track(data_dir, [18696])
        answer = client.post("/api/etl/trigger", json={"mode": "full", "exclude_game_ids": [18696, 18996]})
        assert answer.status_code == 400
        assert answer.json()["code"] == "unknown_games"
        assert answer.json()["detail"].startswith("Unknown game 18996. Nearest: ")
        assert "18969" in answer.json()["detail"]
        assert answer.json()["errors"][0]["field"] == "exclude_game_ids"

    def test_a_new_publication_is_seen(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [1])
        assert client.post("/api/etl/trigger", json={"mode": "single", "game_ids": [2]}).status_code == 400
        publish_schedule(data_dir, [1, 2], snapshot_id="20261019T193012482913Z-3f6c2a9e")
        client.trigger(mode="single", game_ids=[2])

    def test_when_the_listing_does_not_work_the_run_itself_decides(self, client: Client, data_dir: Path) -> None:
        (data_dir / "list_exit").write_text("1")
        client.trigger(mode="single", game_ids=[5])

    def test_a_damaged_snapshot_is_no_reason_to_fail(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [5])
        (data_dir / "output" / "manifest.json").write_text("{")
        track(data_dir, [6])
        client.trigger(mode="single", game_ids=[6])


class TestStatus:
    def test_an_unchanged_job_is_304(self, client: Client) -> None:
        job_id = client.trigger()["job_id"]
        client.finished(job_id)
        first = client.get(f"/api/etl/status/{job_id}")
        again = client.get(f"/api/etl/status/{job_id}", headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        other = client.get(f"/api/etl/status/{job_id}", headers={"If-None-Match": '"x"'})
        assert other.status_code == 200
        assert client.get(f"/api/etl/status/{job_id}", headers={"If-None-Match": "*"}).status_code == 304

    def test_progress_never_falls_and_carries_a_step(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "slow")
        job_id = client.trigger()["job_id"]
        job = client.job_when(job_id, lambda job: job["eta_seconds"] == 9)
        assert job["progress"] == 20
        assert job["current_step"].startswith("Reading (")

    def test_a_wait_ends_with_the_next_change(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "slow")
        job_id = client.trigger()["job_id"]
        job = client.job_when(job_id, lambda job: job["status"] == "running")
        started = time.monotonic()
        changed = client.get(f"/api/etl/status/{job_id}", params={"wait": 30}).json()
        assert changed["version"] > job["version"]
        assert time.monotonic() - started < 5

    def test_a_wait_answers_at_once_what_the_caller_does_not_know(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "quiet")
        job_id = client.trigger()["job_id"]
        job = client.job_when(job_id, lambda job: job["progress"] > 0)
        started = time.monotonic()
        answer = client.get(f"/api/etl/status/{job_id}", params={"wait": 30}, headers={"If-None-Match": '"old"'})
        assert answer.json()["version"] >= job["version"]
        assert time.monotonic() - started < 5

    def test_a_wait_without_a_change_ends_with_its_time(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "quiet")
        job_id = client.trigger()["job_id"]
        client.job_when(job_id, lambda job: job["progress"] > 0)
        etag = client.get(f"/api/etl/status/{job_id}").headers["ETag"]
        answer = client.get(f"/api/etl/status/{job_id}", params={"wait": 0.3}, headers={"If-None-Match": etag})
        assert answer.status_code == 304

    @pytest.mark.parametrize("wait", ["-1", "61", "nan", "soon"])
    def test_a_wait_is_bounded(self, client: Client, wait: str) -> None:
        assert client.get("/api/etl/status/x", params={"wait": wait}).status_code == 400

    def test_the_upload_routes_know_every_job_too(self, client: Client) -> None:
        job_id = client.trigger()["job_id"]
        assert client.get(f"/api/upload/status/{job_id}").json()["job_id"] == job_id


class TestHistory:
    def test_it_is_newest_first_in_pages(self, client: Client, data_dir: Path) -> None:
        ids = []
        for mode in ("full", "incremental", "test"):
            ids.append(client.trigger(mode=mode)["job_id"])
            client.finished(ids[-1])
        behave(data_dir, "fails")
        failed = client.trigger()["job_id"]
        client.finished(failed)
        everything = client.get("/api/etl/history")
        assert [job["job_id"] for job in everything.json()] == [failed, *reversed(ids)]
        page = client.get("/api/etl/history", params={"limit": 1, "offset": 1})
        assert [job["job_id"] for job in page.json()] == [ids[2]]
        assert page.headers["X-Total-Count"] == "4"
        only = client.get("/api/etl/history", params={"status": "failed"})
        assert [job["job_id"] for job in only.json()] == [failed]
        assert only.headers["X-Total-Count"] == "1"
        beyond = client.get("/api/etl/history", params={"offset": 1_000_000})
        assert (beyond.json(), beyond.headers["X-Total-Count"]) == ([], "4")
        assert client.get("/api/upload/history").json() == []


class TestCancel:
    def test_a_running_job_is_cancelled_when_nothing_of_it_is_left(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "slow")
        job_id = client.trigger()["job_id"]
        client.job_when(job_id, lambda job: job["progress"] > 0)
        answer = client.post(f"/api/etl/cancel/{job_id}")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        log = data_dir / "logs" / f"{job_id}.log"
        size = log.stat().st_size
        time.sleep(0.5)
        assert log.stat().st_size == size

    def test_a_finished_job_cannot_be_cancelled(self, client: Client) -> None:
        job_id = client.trigger()["job_id"]
        client.finished(job_id)
        answer = client.post(f"/api/upload/cancel/{job_id}")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_already_finished")

    def test_a_stranger_is_404(self, client: Client) -> None:
        answer = client.post("/api/etl/cancel/nobody")
        assert (answer.status_code, answer.json()["detail"]) == (404, "Job nobody not found")


class TestLog:
    def test_it_comes_piece_by_piece_to_its_end(self, client: Client, data_dir: Path) -> None:
        job_id = client.trigger()["job_id"]
        client.finished(job_id)
        log = data_dir / "logs" / f"{job_id}.log"
        log.write_text("é" * 200_000, encoding="utf-8")
        text, offset, pieces = "", 0, 0
        while True:
            piece = client.get(f"/api/etl/logs/{job_id}", params={"offset": offset}).json()
            assert piece["offset"] == offset
            text, offset, pieces = text + piece["text"], piece["next_offset"], pieces + 1
            if piece["complete"]:
                break
        assert text == "é" * 200_000
        assert pieces == 2

    def test_while_the_job_runs_it_is_not_complete(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "slow")
        job_id = client.trigger()["job_id"]
        client.job_when(job_id, lambda job: job["progress"] > 0)
        piece = client.get(f"/api/etl/logs/{job_id}").json()
        assert piece["complete"] is False
        assert piece["text"].startswith("Reading games\n")

    def test_an_offset_past_the_end_gives_nothing(self, client: Client) -> None:
        job_id = client.trigger()["job_id"]
        client.finished(job_id)
        piece = client.get(f"/api/etl/logs/{job_id}", params={"offset": 2**53}).json()
        assert (piece["text"], piece["offset"], piece["next_offset"]) == ("", 14, 14)

    def test_a_job_that_never_ran_has_an_empty_log(self, client: Client, data_dir: Path) -> None:
        behave(data_dir, "slow")
        running = client.trigger()["job_id"]
        client.job_when(running, lambda job: job["status"] == "running")
        waiting = client.trigger(mode="test")["job_id"]
        client.post(f"/api/etl/cancel/{waiting}")
        piece = client.get(f"/api/etl/logs/{waiting}").json()
        assert (piece["text"], piece["complete"]) == ("", True)

    def test_a_stranger_is_404(self, client: Client) -> None:
        assert client.get("/api/etl/logs/..%2Fstate").status_code == 404


def test_a_shutdown_answers_whoever_waits(data_dir: Path) -> None:
    behave(data_dir, "quiet")
    answers = []
    with service(data_dir) as client:
        job_id = client.trigger()["job_id"]
        client.job_when(job_id, lambda job: job["progress"] > 0)
        etag = client.get(f"/api/etl/status/{job_id}").headers["ETag"]

        def wait() -> None:
            answers.append(client.get(f"/api/etl/status/{job_id}?wait=60", headers={"If-None-Match": etag}))

        waiter = threading.Thread(target=wait)
        waiter.start()
        time.sleep(0.3)
    waiter.join(timeout=10)
    assert [answer.status_code for answer in answers] == [304]
