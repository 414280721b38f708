"""The audit log: who did what, with the rows before and after; and that nobody can change it."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.models.audit import TableChange
from api.services.access_service import THIS_MACHINE
from api.services.access_store import ACCESS_FILE, AccessStore
from api.services.audit_log import AuditFilter, AuditLog, Done
from api.services.deed import note_change, note_job, noted
from tests.api.serving import KEY, Client, service

ADMIN = {"X-API-Key": KEY}
PLAYER = {"player_id": "P001", "player_first_name": "John", "player_last_name": "Doe"}


@pytest.fixture
def league(data_dir: Path, database: str) -> Iterator[Client]:
    with service(data_dir, supabase_db_url=database, admin_api_key=KEY) as client:
        yield client


def audit(client: Client, **filters: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/audit", params=filters, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["X-Total-Count"]) >= len(answer.json())
    return answer.json()


def test_a_correction_is_there_with_the_rows_before_and_after(league: Client) -> None:
    made = league.post("/api/auth/keys", json={"name": "league office", "role": "operator"}, headers=ADMIN).json()
    mine = {"X-API-Key": made["key"]}
    league.post(
        "/api/staging/blb-tables/upload", json={"table_name": "dim_player", "data": [PLAYER]}, headers=mine
    ).raise_for_status()
    update = {
        "table_name": "dim_player",
        "filter_column": "player_id",
        "filter_value": "P001",
        "updates": {"first_name": "Johnny"},
    }
    league.request("PUT", "/api/staging/blb-tables/update", json=update, headers=mine).raise_for_status()
    league.request("DELETE", "/api/staging/blb-tables/dim_player?confirm=true", headers=mine)
    league.request("DELETE", "/api/staging/blb-tables/dim_player?confirm=true", headers=ADMIN).raise_for_status()

    cleared, refused, corrected, uploaded = audit(league, table="dim_player")
    assert (uploaded["action"], uploaded["actor"], uploaded["role"]) == (
        "upload_blb_table",
        "league office",
        "operator",
    )
    assert uploaded["changes"][0]["before"] == []
    assert uploaded["changes"][0]["after"][0]["player_id"] == "P001"
    (change,) = corrected["changes"]
    names = [(row["player_id"], row["player_first_name"]) for row in (*change["before"], *change["after"])]
    assert names == [("P001", "John"), ("P001", "Johnny")]
    assert (refused["status"], refused["actor"], refused["changes"]) == (403, "league office", [])
    assert (cleared["actor"], cleared["changes"][0]["rows_before"], cleared["changes"][0]["rows_after"]) == (
        "ADMIN_API_KEY",
        1,
        0,
    )
    assert made["key"] not in str(audit(league))


def test_a_dry_run_changes_nothing_and_says_so(league: Client) -> None:
    file = {"file": ("dim_player.csv", b"player_id,player_first_name\nP001,John\n", "text/csv")}
    league.post("/api/staging/blb-tables/upload-file", files=file, data={"dry_run": "true"}, headers=ADMIN)
    (entry,) = audit(league, action="upload_blb_file")
    assert entry["changes"] == []
    league.post("/api/staging/blb-tables/upload-file", files=file, headers=ADMIN)
    assert audit(league, action="upload_blb_file")[0]["changes"][0]["rows_after"] == 1


def test_a_job_is_there_with_its_id_and_a_log_in_with_its_holder(league: Client) -> None:
    job = league.post("/api/etl/trigger", json={"mode": "test"}, headers=ADMIN).json()
    league.post(f"/api/etl/cancel/{job['job_id']}", headers=ADMIN)
    league.post("/api/auth/token", json={"api_key": KEY})
    league.post("/api/auth/token", json={"api_key": "wrong"})
    league.post("/api/etl/trigger", json={"mode": "wrong"}, headers=ADMIN)
    league.get("/api/status", headers=ADMIN)
    actions = [(entry["action"], entry["actor"]) for entry in audit(league)]
    assert actions[0] == ("log_in", "ADMIN_API_KEY")
    assert actions[-1] == ("trigger_etl", "ADMIN_API_KEY")
    assert {action for action, _ in actions} <= {"log_in", "cancel_etl", "trigger_etl"}
    assert audit(league, job_id=job["job_id"])[-1]["action"] == "trigger_etl"


def test_it_is_read_page_by_page_and_by_filters(league: Client) -> None:
    for name in ("a", "b", "c"):
        league.post("/api/auth/keys", json={"name": name, "role": "viewer"}, headers=ADMIN)
    answer = league.get("/api/audit?limit=2&offset=1&action=create_key", headers=ADMIN)
    assert answer.headers["X-Total-Count"] == "3"
    assert [entry["changes"][0]["after"][0]["name"] for entry in answer.json()] == ["b", "a"]
    moment = answer.json()[0]["at"]
    assert len(audit(league, since=moment)) == 2
    assert len(audit(league, until=moment)) == 1
    assert audit(league, actor="somebody") == []
    assert audit(league, status=403) == []
    assert league.get("/api/audit?since=yesterday", headers=ADMIN).status_code == 400


def test_no_entry_can_be_changed_or_deleted(league: Client, data_dir: Path) -> None:
    league.post("/api/auth/keys", json={"name": "a", "role": "viewer"}, headers=ADMIN)
    with sqlite3.connect(data_dir / "state" / ACCESS_FILE) as db:
        for statement in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.Error, match="append-only"):
                db.execute(statement)
    db.close()
    assert len(audit(league)) == 1


def test_a_large_change_keeps_its_counts_and_some_of_its_rows(tmp_path: Path) -> None:
    store = AccessStore(tmp_path)
    log = AuditLog(store, now=lambda: datetime(2026, 10, 18, tzinfo=UTC))
    with noted() as deed:
        note_change("dim_player", [], [{"player_id": str(n), "text": "x" * 50_000} for n in range(5000)])
        note_job("j1")
    assert (len(deed.changes[0].after), deed.changes[0].rows_after, deed.job_id) == (100, 5000, "j1")
    log.append(
        Done(caller=THIS_MACHINE, address="", action="a", target="", status=200, request_id="", changes=deed.changes)
    )
    (entry,), total = log.page(AuditFilter(), limit=1, offset=0)
    assert total == 1
    assert entry.changes[0].rows_after == 5000
    assert 0 < len(entry.changes[0].after) < 6
    assert isinstance(entry.changes[0], TableChange)
    store.close()


def test_notes_outside_of_a_request_go_nowhere() -> None:
    note_job("j1")
    note_change("dim_player", [], [])
