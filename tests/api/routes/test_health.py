import shutil
from pathlib import Path

from tests.api.serving import KEY, Client, behave, publish_schedule, service


def test_health_reads_nothing(client: Client, data_dir: Path) -> None:
    shutil.rmtree(data_dir / "logs")
    answer = client.get("/api/health").json()
    assert (answer["status"], answer["version"]) == ("healthy", "1.0.0")
    assert answer["timestamp"].endswith("Z")


class TestStatus:
    def test_of_a_new_league(self, client: Client) -> None:
        status = client.get("/api/status").json()
        assert (status["status"], status["environment"], status["version"]) == ("operational", "development", "1.0.0")
        assert (status["etl_available"], status["supabase_connected"]) == (True, False)
        assert (status["last_etl"], status["published"], status["models"]) == (None, None, None)
        assert status["jobs"] == {"running": 0, "pending": 0}
        assert status["disk"]["free_bytes"] > 0
        assert status["warehouse"] == {
            "backend": "postgres",
            "connected": False,
            "latency_ms": None,
            "server_version": None,
        }
        assert (
            status["warnings"][0]
            == "No authentication: whoever uses this machine may use the server; set ADMIN_API_KEY or make a key"
        )
        assert any("database does not answer" in warning for warning in status["warnings"])

    def test_of_a_published_league_at_work(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [18969, 18977])
        behave(data_dir, "fails")
        failed = client.finished(client.trigger()["job_id"])
        behave(data_dir, "quiet")
        running = client.trigger()["job_id"]
        client.job_when(running, lambda job: job["status"] == "running")
        client.trigger(mode="test")
        status = client.get("/api/status").json()
        assert status["jobs"] == {"running": 1, "pending": 1}
        assert status["published"] == {
            "snapshot_id": "20261018T193012482913Z-3f6c2a9e",
            "created_at": "2026-10-18T19:30:12Z",
            "games": 2,
            "tables": 1,
            "rows": 2,
        }
        assert status["last_etl"] == {
            "job_id": failed["job_id"],
            "mode": "full",
            "status": "failed",
            "completed_at": failed["completed_at"],
            "error": failed["error"],
        }

    def test_without_the_etl_program_it_is_degraded(self, data_dir: Path) -> None:
        with service(data_dir, etl_script=data_dir / "nowhere.py") as client:
            status = client.get("/api/status").json()
        assert (status["status"], status["etl_available"]) == ("degraded", False)
        assert any("ETL program is missing" in warning for warning in status["warnings"])

    def test_with_a_damaged_snapshot_it_says_so(self, client: Client, data_dir: Path) -> None:
        publish_schedule(data_dir, [1])
        (data_dir / "output" / "manifest.json").write_bytes(b"\xff")
        status = client.get("/api/status").json()
        assert status["published"] is None
        assert any("cannot be read" in warning for warning in status["warnings"])

    def test_when_the_data_directory_has_gone_it_says_so(self, client: Client, data_dir: Path) -> None:
        shutil.move(data_dir, data_dir.with_name("moved"))
        status = client.get("/api/status").json()
        assert status["disk"] is None
        assert any("volume" in warning for warning in status["warnings"])
        shutil.move(data_dir.with_name("moved"), data_dir)

    def test_production_without_a_volume_is_warned_of(self, data_dir: Path) -> None:
        with service(data_dir, environment="production", admin_api_key=KEY) as client:
            warnings = client.get("/api/status", headers={"X-API-Key": KEY}).json()["warnings"]
        assert any("mounted volume" in warning for warning in warnings)
