"""The files of a league and its rules over HTTP, for a server without a shell."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.config import PROJECT_ROOT
from snapshot.layout import DataDir
from tests.api.conftest import url_of
from tests.api.serving import KEY, Client, service
from tests.demo_league import demo_league
from tests.formats.tracker_builder import as_bytes, make_event, make_export
from tests.warehouse.servers import new_database

__all__ = ["demo_league"]  # a fixture of all suites

RULES = b'name = "Tuesday C"\n[points]\nwin = 3\n'
GAME = as_bytes(make_export([make_event("Shot")]))


@pytest.fixture(scope="module")
def league(
    demo_league: DataDir, database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Path]]:
    """A service on a published demo league, whose runs are real ones."""
    folder = Path(shutil.copytree(demo_league.root, tmp_path_factory.mktemp("raw") / "league", symlinks=True))
    (folder / "raw" / "league.toml").unlink()
    with (
        new_database(database_server) as dsn,
        service(
            folder, etl_script=PROJECT_ROOT / "run_etl.py", admin_api_key=KEY, supabase_db_url=url_of(dsn)
        ) as client,
    ):
        yield client, folder


@pytest.fixture(autouse=True)
def _without_rules(league: tuple[Client, Path]) -> Iterator[None]:
    yield
    (league[1] / "raw" / "league.toml").unlink(missing_ok=True)


def ask(client: Client, method: str, path: str, key: str = KEY, **more: Any) -> Any:
    return client.request(method, path, headers={"X-API-Key": key}, **more)


def send(client: Client, content: bytes, name: str = "league.toml", key: str = KEY) -> Any:
    return ask(client, "POST", "/api/raw/files", key, files={"file": (name, content)})


def listed(client: Client, **query: object) -> list[dict[str, Any]]:
    answer = ask(client, "GET", "/api/raw/files", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def rules(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = ask(client, "GET", "/api/rules").json()
    return found


class TestRules:
    def test_they_are_sent_hold_from_the_next_run_on_and_go_again(self, league: tuple[Client, Path]) -> None:
        client, folder = league
        before = rules(client)
        assert (before["has_file"], before["next_run"]["points"]["win"]) == (False, 2)
        sent = send(client, b"\xef\xbb\xbf" + RULES, "our rules.TOML")
        assert sent.status_code == 201, sent.text
        assert (sent.json()["kind"], sent.json()["path"], sent.json()["replaced"]) == (
            "league_rules", "league.toml", False,
        )  # fmt: skip
        assert (folder / "raw" / "league.toml").read_bytes() == RULES
        told = rules(client)
        assert (told["has_file"], told["pending"], told["problem"]) == (True, True, None)
        assert (told["published"]["points"]["win"], told["next_run"]["points"]["win"]) == (2, 3)
        assert next(f for f in listed(client) if f["path"] == "league.toml")["kind"] is None, "no run has read it"

        job = ask(client, "POST", "/api/etl/trigger", json={"mode": "incremental"}).json()
        finished = self.finished(client, job["job_id"])
        assert (finished["status"], finished["result"]["published"]) == ("completed", True), finished
        now = rules(client)
        assert (now["pending"], now["published"]["points"]["win"], now["published"]["name"]) == (False, 3, "Tuesday C")
        assert next(f for f in listed(client) if f["path"] == "league.toml")["kind"] == "league_rules"
        query = {"game_type": "eq.All", "wins": "gt.0", "limit": 1}
        (team,) = ask(client, "GET", "/api/tables/fact_team_season_stats_basic", params=query).json()["rows"]
        assert team["points"] >= 3 * team["wins"]

        assert send(client, RULES).json()["replaced"] is True
        gone = ask(client, "DELETE", "/api/raw/files", params={"path": "league.toml"})
        assert gone.json() == {"success": True, "path": "league.toml"}
        after = rules(client)
        assert (after["has_file"], after["pending"], after["next_run"]["points"]["win"]) == (False, True, 2)

    @staticmethod
    def finished(client: Client, job_id: str) -> dict[str, Any]:
        for _ in range(60):
            job: dict[str, Any] = ask(client, "GET", f"/api/etl/status/{job_id}", params={"wait": 2}).json()
            if job["completed_at"]:
                return job
        raise AssertionError("the run does not end")

    @pytest.mark.parametrize(
        ("content", "field", "said"),
        [
            (b"[points]\nwni = 3\n", "points.wni", r"points.wni: unknown rule; known: .*win \(line 2\)"),
            (b'name = "x"\nplayoff_places = "four"\n', "playoff_places", r"expected a number .*not 'four' \(line 2\)"),
            (b"points =\n", "file", r"not TOML: .*line 1"),
            (b"# ok\nname = '\xff'\n", "", r"line 2 is not UTF-8"),
            (b"#" * 100_001, "", r"larger than 100,000 bytes"),
            (b"x = " + b"[" * 50_000, "file", "not TOML|nested too deeply"),
        ],
        ids=["unknown", "of the wrong kind", "no toml", "no text", "too large", "too deep"],
    )  # fmt: skip
    def test_what_is_wrong_is_named_with_its_line_and_nothing_is_stored(
        self, league: tuple[Client, Path], content: bytes, field: str, said: str
    ) -> None:
        client, folder = league
        refused = send(client, content)
        assert (refused.status_code, refused.json()["code"]) == (400, "unusable_file")
        assert [e["field"] for e in refused.json().get("errors", [])] == ([field] if field else [])
        assert re.search(said, refused.json()["detail"]), refused.json()["detail"]
        assert not (folder / "raw" / "league.toml").exists()

    def test_rules_are_known_by_their_content_too(self, league: tuple[Client, Path]) -> None:
        client, _ = league
        assert send(client, RULES, "rules.txt").json()["kind"] == "league_rules"
        assert send(client, b"[points]\nwni = 3\n", "rules.txt").status_code == 400
        assert send(client, GAME, "game.json").json()["kind"] == "tracker_json"
        assert send(client, b'neither = "nor"', "x").json()["errors"][0]["field"] == "neither"

    def test_a_file_that_was_put_there_by_hand_and_is_wrong_is_told(self, league: tuple[Client, Path]) -> None:
        client, folder = league
        (folder / "raw" / "league.toml").write_text("playoff_places = -1", encoding="utf-8")
        told = rules(client)
        assert (told["next_run"], told["pending"]) == (None, False)
        assert "playoff_places" in told["problem"]
        assert "line 1" in told["problem"]

    def test_operators_bring_them_admins_delete_them_and_both_is_remembered(self, league: tuple[Client, Path]) -> None:
        client, folder = league
        keys = {
            role: ask(client, "POST", "/api/auth/keys", json={"name": role, "role": role}).json()["key"]
            for role in ("scorer", "operator")
        }
        assert send(client, RULES, key=keys["scorer"]).status_code == 403
        assert not (folder / "raw" / "league.toml").exists()
        assert send(client, RULES, key=keys["operator"]).status_code == 201
        delete = {"params": {"path": "league.toml"}}
        assert ask(client, "DELETE", "/api/raw/files", keys["operator"], **delete).status_code == 403
        assert ask(client, "DELETE", "/api/raw/files", **delete).status_code == 200
        done = ask(client, "GET", "/api/audit", params={"limit": 4}).json()
        assert [(e["action"], e["actor"], e["status"]) for e in done] == [
            ("delete_raw_file", "ADMIN_API_KEY", 200),
            ("delete_raw_file", "operator", 403),
            ("store_raw_file", "operator", 201),
            ("store_raw_file", "scorer", 403),
        ]
        (change,) = done[0]["changes"]
        assert (change["before"][0]["path"], change["after"]) == ("league.toml", [])
        assert done[2]["changes"][0]["after"][0]["bytes"] == len(RULES)


class TestFiles:
    def test_they_are_listed_with_what_the_published_run_took_them_for(self, league: tuple[Client, Path]) -> None:
        client, folder = league
        began = datetime.now(UTC).replace(microsecond=0)
        path = send(client, GAME, "new.json").json()["path"]
        files = {file["path"]: file for file in listed(client)}
        assert list(files) == sorted(files)
        assert files["BLB_TABLES.xlsx"]["kind"] == "master_workbook"
        assert files["BLB_TABLES.xlsx"]["bytes"] == (folder / "raw" / "BLB_TABLES.xlsx").stat().st_size
        assert any(file["kind"] == "tracker_json" and file["game_id"] for file in files.values())
        assert (files[path]["kind"], files[path]["game_id"]) == (None, None)
        assert datetime.fromisoformat(files[path]["modified_at"]) >= began
        assert [file["path"] for file in listed(client, search="NEW.js")] == [path]
        page = ask(client, "GET", "/api/raw/files", params={"limit": 1, "offset": 1})
        assert int(page.headers["X-Total-Count"]) == len(files)
        assert [file["path"] for file in page.json()] == list(files)[1:2]

    def test_one_is_deleted_and_no_other(self, league: tuple[Client, Path]) -> None:
        client, _ = league
        path = send(client, GAME, "gone.json").json()["path"]
        before = {file["path"] for file in listed(client)}
        assert ask(client, "DELETE", "/api/raw/files", params={"path": path}).status_code == 200
        assert {file["path"] for file in listed(client)} == before - {path}
        again = ask(client, "DELETE", "/api/raw/files", params={"path": path})
        assert (again.status_code, again.json()["code"]) == (404, "raw_file_not_found")

    @pytest.mark.parametrize(
        "path",
        ["../output/manifest.json", "/etc/passwd", "games", ".", "games/../BLB_TABLES.xlsx", "link.json", "x\x00.json"],
    )
    def test_nothing_outside_and_no_folder_is_deleted(self, league: tuple[Client, Path], path: str) -> None:
        client, folder = league
        outside = folder / "outside.json"
        outside.write_bytes(GAME)
        link = folder / "raw" / "link.json"
        link.symlink_to(outside)
        assert ask(client, "DELETE", "/api/raw/files", params={"path": path}).status_code == 404
        assert outside.exists()
        assert (folder / "raw" / "BLB_TABLES.xlsx").exists()
        assert (folder / "output" / "manifest.json").exists()
        link.unlink()
