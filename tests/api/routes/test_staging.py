"""The staging, files and games endpoints: on the embedded PostgreSQL, and over Supabase's REST interface."""

import csv
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from api.config import PROJECT_ROOT
from api.routes import staging_examples as examples
from tests.api.serving import Client, service, supabase, track
from tests.formats.master_builder import Master
from tests.formats.tracker_builder import as_bytes, make_event, make_export, make_shift
from tests.reachable import reachable_folder
from tests.warehouse.servers import new_database
from warehouse.schema import staging_script

BLB = "/api/staging/blb-tables"
JOHN = {"player_id": "P001", "first_name": "John", "last_name": "Doe"}
JANE = {"player_id": "P002", "first_name": "Jane", "last_name": "Smith"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where a service user can reach, which pytest's own directories are not for root."""
    with reachable_folder() as made:
        yield made


@pytest.fixture(scope="module", params=["embedded", "supabase"])
def shared(folder: Path, request: pytest.FixtureRequest) -> Iterator[Client]:
    track(folder / "data", [18969])
    with ExitStack() as stack:
        where: dict[str, Any] = {"warehouse": "embedded"}
        if request.param == "supabase":
            dsn = stack.enter_context(new_database(request.getfixturevalue("database_server")))
            where, _ = stack.enter_context(supabase(dsn, staging_script()))
        yield stack.enter_context(service(folder / "data", max_upload_bytes=2_000_000, **where))


@pytest.fixture
def client(shared: Client) -> Client:
    for table in ("dim_player", "dim_schedule", "fact_gameroster", "dim_team", "dim_season"):
        assert shared.request("DELETE", f"{BLB}/{table}?confirm=true").status_code == 200
    return shared


@pytest.fixture
def workbook(folder: Path) -> Iterator[Path]:
    path = folder / "data" / "raw" / "BLB_TABLES.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(Master().data())
    yield path
    path.unlink()


def upload(client: Client, table: str, data: list[Any], **more: Any) -> Any:
    return client.post(f"{BLB}/upload", json={"table_name": table, "data": data, **more})


def send(client: Client, path: str, content: bytes, name: str = "x.json", **fields: str) -> Any:
    return client.post(path, files={"file": (name, content)}, data=fields)


def update(client: Client, **request: Any) -> Any:
    return client.request("PUT", f"{BLB}/update", json={"table_name": "dim_player", **request})


class TestTables:
    def test_the_references_examples(self, client: Client) -> None:
        answer = upload(client, "dim_player", [JOHN, JANE])
        assert answer.json() == {
            "success": True, "table_name": "dim_player", "staging_table": "stage_dim_player",
            "rows_inserted": 2, "rows_updated": 0, "errors": [], "warnings": [],
        }  # fmt: skip
        changes = {"first_name": "Johnny", "current_skill_rating": 85}
        answer = update(client, filter_column="player_id", filter_value="P001", updates=changes)
        assert answer.json()["rows_updated"] == 1
        assert "85" in answer.json()["warnings"][0]

    def test_all_rows_or_none(self, client: Client) -> None:
        answer = upload(client, "dim_player", [JOHN, {"first_name": "Nobody"}])
        assert answer.status_code == 400
        assert [e["field"] for e in answer.json()["errors"]] == ["data.1.player_id"]
        assert client.request("DELETE", f"{BLB}/dim_player?confirm=true").json()["rows_deleted"] == 0

    def test_again_is_an_update_and_replace_deletes(self, client: Client) -> None:
        upload(client, "dim_player", [JOHN, JANE])
        assert upload(client, "dim_player", [JOHN]).json()["rows_updated"] == 1
        assert upload(client, "dim_player", [JOHN], replace=True).json()["rows_inserted"] == 1
        assert client.request("DELETE", f"{BLB}/dim_player?confirm=true").json() == {"success": True, "rows_deleted": 1}

    def test_what_cannot_be_asked(self, client: Client) -> None:
        assert upload(client, "dim_plyer", []).status_code == 404
        assert client.request("DELETE", f"{BLB}/dim_player").status_code == 400
        assert client.request("DELETE", f"{BLB}/pg_class?confirm=true").status_code == 404
        assert update(client, filter_column="nick", filter_value="x", updates={"first_name": "x"}).status_code == 400
        assert (
            update(client, filter_column="player_id", filter_value="P9", updates={"first_name": "x"}).status_code == 404
        )
        assert (
            update(client, filter_column="player_id", filter_value="P9", updates={"player_id": "x"}).status_code == 400
        )

    def test_a_table_that_no_run_reads_says_so(self, client: Client) -> None:
        row = {"random_full_name": "Ann Other"}
        warnings = upload(client, "dim_randomnames", [row]).json()["warnings"]
        assert ["No run reads dim_randomnames" in warning for warning in warnings] == [True]
        content = b"random_full_name\nAnn Other\n"
        told = send(client, f"{BLB}/upload-file", content, "dim_randomnames.csv").json()["warnings"]
        assert ["No run reads" in warning for warning in told] == [True]
        assert client.request("DELETE", f"{BLB}/dim_randomnames?confirm=true").json()["rows_deleted"] == 1

    def test_the_list(self, client: Client) -> None:
        names = client.get(f"{BLB}/list").json()
        assert {"dim_player", "dim_schedule", "fact_gameroster"} <= set(names)

    @pytest.mark.usefixtures("workbook")
    def test_a_row_of_the_files_is_copied(self, client: Client) -> None:
        player = Master().players[0]
        answer = update(
            client, filter_column="player_id", filter_value=player["player_id"], updates={"first_name": "Zoe"}
        )
        assert answer.json()["rows_updated"] == 1
        again = update(client, filter_column="first_name", filter_value="Zoe", updates={"player_hand": None})
        assert again.json()["rows_updated"] == 1

    def test_a_cell_of_a_row_with_a_key_of_two_columns_is_emptied(self, client: Client) -> None:
        sheet = [{"game_id": 1, "player_id": f"P{n}", "goals": 2, "team_name": "Owls"} for n in (1, 2)]
        upload(client, "fact_gameroster", sheet)
        one = {"table_name": "fact_gameroster", "filters": {"game_id": 1, "player_id": "P1"}}
        answer = update(client, **one, updates={"goals": None, "player_game_number": "9"})
        assert answer.json()["rows_updated"] == 1
        rows = client.get(f"{BLB}/fact_gameroster", params={"staged_only": True}).json()["rows"]
        told = [tuple(row["cells"].get(c) for c in ("player_id", "goals", "player_game_number")) for row in rows]
        assert told == [("P1", None, "9"), ("P2", "2", None)]
        assert update(client, **one | {"filters": {"game_id": 1, "player_id": "P3"}}, updates={"goals": 1}).json()[
            "detail"
        ] == ("No row of fact_gameroster has game_id '1' and player_id 'P3'")

    @pytest.mark.parametrize(
        "which",
        [{}, {"filter_column": "player_id"}, {"filters": {}}, {"filters": {"nick": "x"}},
         {"filter_column": "player_id", "filter_value": "P1", "filters": {"player_id": "P1"}}],
        ids=["none", "half", "empty", "unknown column", "both"],
    )  # fmt: skip
    def test_which_rows_are_meant_is_said_in_one_way(self, client: Client, which: dict[str, Any]) -> None:
        assert update(client, **which, updates={"first_name": "x"}).status_code == 400

    def test_a_file_and_what_it_would_change(self, client: Client) -> None:
        text = b"player_id;first_name;email\nP001;John;j@x.example\nP002;Jane;\n"
        dry = send(client, f"{BLB}/upload-file", text, "dim_player.csv", dry_run="true").json()
        assert (dry["dry_run"], dry["rows_inserted"], dry["tables"][0]["added_count"]) == (True, 0, 2)
        assert send(client, f"{BLB}/upload-file", text, "dim_player.csv").json()["rows_inserted"] == 2
        changed = text.replace(b"Jane", b"Janet")
        dry = send(client, f"{BLB}/upload-file", changed, "p.csv", dry_run="true", table_name="dim_player").json()
        assert dry["tables"][0]["changed"] == [
            {"key": {"player_id": "P002"}, "columns": {"player_first_name": ["Jane", "Janet"]}}
        ]

    def test_a_whole_workbook(self, client: Client) -> None:
        answer = send(client, f"{BLB}/upload-file", Master().data(), "BLB_TABLES.xlsx")
        assert answer.status_code == 200, answer.text
        assert {t["table_name"] for t in answer.json()["tables"]} >= {"dim_player", "dim_schedule"}

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("dim_player.csv", b""),
            ("dim_player.csv", b"\x00\x01\x02"),
            ("dim_player.csv", b'player_id\n"unclosed'),
            ("dim_player.csv", b"player_id\n" + b"x" * 30_000),
            ("dim_player.csv", b"player_id\na,b,c\n"),
            ("dim_player.csv", b"player_id,first_name\nP1,=1+1\n"),
            ("../../etc/passwd", b"player_id\nP1\n"),
            ("dim_player.xlsx", b"PK\x03\x04 and no more"),
        ],
    )
    def test_hostile_files(self, client: Client, name: str, content: bytes) -> None:
        answer = send(client, f"{BLB}/upload-file", content, name)
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail"]

    def test_a_bomb(self, client: Client) -> None:
        bomb = BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("[Content_Types].xml", b"0" * 400_000_000)
        for path in (f"{BLB}/upload-file", "/api/staging/tracking/upload-file", "/api/raw/files"):
            assert send(client, path, bomb.getvalue(), "dim_player.xlsx").status_code == 400

    def test_a_body_over_the_limit(self, client: Client) -> None:
        assert send(client, "/api/raw/files", b" " * 2_100_000).status_code == 413
        assert upload(client, "dim_player", [{"player_id": "x" * 1_100_000}]).status_code == 400


class TestTracking:
    def test_the_references_example(self, client: Client) -> None:
        for _ in range(2):
            answer = client.post("/api/staging/tracking/upload", json=examples.TRACKING["one_event"]["value"])
            assert answer.status_code == 200, answer.text
            assert (answer.json()["events_inserted"], answer.json()["shifts_inserted"]) == (1, 1)

    def test_bad_rows_are_named(self, client: Client) -> None:
        events = [{"period": "first"}, 5, {"event_index": 2**40}, {"Type": {"a": 1}}, {"secret": 1, "game_id": 7}]
        answer = client.post("/api/staging/tracking/upload", json={"game_id": 18969, "events": events})
        assert answer.status_code == 400
        assert [e["field"] for e in answer.json()["errors"]] == [
            "events.0.period", "events.1", "events.2.event_index", "events.3.Type",
        ]  # fmt: skip

    def test_a_file_as_it_is(self, client: Client) -> None:
        content = as_bytes(make_export([make_event("Shot"), make_event("Goal")], [make_shift()], settings={"key": "k"}))
        answer = send(client, "/api/staging/tracking/upload-file", content).json()
        assert (answer["game_id"], answer["events_inserted"], answer["shifts_inserted"]) == (18969, 2, 1)

    @pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b"[" * 5000, b'{"gid": 5}'])
    def test_hostile_files(self, client: Client, content: bytes) -> None:
        assert send(client, "/api/staging/tracking/upload-file", content).status_code == 400


class TestRawFiles:
    def test_a_game_lands_below_its_number(self, client: Client, folder: Path) -> None:
        content = as_bytes(make_export([make_event("Shot")]))
        answer = send(client, "/api/raw/files", content, "../../..\\evil name.json")
        assert answer.status_code == 201, answer.text
        stored = folder / "data" / "raw" / answer.json()["path"]
        assert (answer.json()["kind"], answer.json()["path"]) == ("tracker_json", "games/18969/evil_name.json")
        assert stored.read_bytes() == content
        assert [p.name for p in stored.parent.iterdir()] == ["evil_name.json"]
        assert send(client, "/api/raw/files", content, "evil name.json").json()["replaced"] is True

    def test_the_master_workbook_has_one_place(self, client: Client, folder: Path) -> None:
        answer = send(client, "/api/raw/files", Master().data(), "anything.xlsx").json()
        assert (answer["kind"], answer["path"]) == ("master_workbook", "BLB_TABLES.xlsx")
        (folder / "data" / "raw" / "BLB_TABLES.xlsx").unlink()

    @pytest.mark.parametrize("content", [b"", b"not json", b'{"gameId": "../x"}', b"PK\x03\x04"])
    def test_anything_else_is_refused(self, client: Client, content: bytes) -> None:
        assert send(client, "/api/raw/files", content, "x.json").status_code == 400


class TestGames:
    def test_a_games_life(self, client: Client) -> None:
        new = {"game_id": 5, "date": "2026-10-25", "home_team": "Team A", "away_team": "Team B", "game_time": "20:45"}
        assert client.post("/api/games", json=new).status_code == 201
        assert client.post("/api/games", json=new).status_code == 409
        score = {"home_goals": 4, "away_goals": 3, "last_period_type": "Shootout"}
        changed = client.request("PUT", "/api/games/5", json=score).json()
        assert {name: changed[name] for name in score} == score
        assert (changed["date"], changed["origin"]) == ("2026-10-25", "stage")
        assert client.request("PUT", "/api/games/5", json={"last_period_type": "Lottery"}).status_code == 400
        assert changed["etl"] == {"status": "pending", "snapshot_id": None}
        assert client.request("DELETE", "/api/games/5").status_code == 200
        assert client.get("/api/games/5").status_code == 404
        assert client.post("/api/games", json=new).status_code == 201

    def test_its_teams_are_the_leagues(self, client: Client) -> None:
        upload(client, "dim_team", [{"team_id": "N1", "team_name": "River Comets", "long_team_name": "The Comets"}])
        upload(client, "dim_team", [{"team_id": "N2", "team_name": "Copper Foxes"}])
        new = {"game_id": 5, "date": "2026-10-25", "home_team": "River Comet", "away_team": "Zzz"}
        refused = client.post("/api/games", json=new)
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown_team")
        assert [(e["field"], e["message"]) for e in refused.json()["errors"]] == [
            ("home_team", "The league has no team 'River Comet' (did you mean River Comets?)"),
            ("away_team", "The league has no team 'Zzz'"),
        ]
        assert client.get("/api/games/5").status_code == 404
        made = client.post("/api/games", json=new | {"home_team": "the  comets", "away_team": "COPPER FOXES"}).json()
        assert [made[f"{side}_team{part}"] for side in ("home", "away") for part in ("", "_id")] == [
            "River Comets", "N1", "Copper Foxes", "N2",
        ]  # fmt: skip
        for body, field in (({"away_team": "Cooper Foxes"}, "away_team"), ({"home_team_id": "N3"}, "home_team_id")):
            refused = client.request("PUT", "/api/games/5", json=body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
            assert "did you mean" in refused.json()["detail"]
        swapped = {"home_team": "Copper Foxes", "away_team": "River Comets"}
        changed = client.request("PUT", "/api/games/5", json=swapped).json()
        assert (changed["home_team_id"], changed["away_team_id"]) == ("N2", "N1")

    def test_a_team_does_not_play_itself(self, client: Client) -> None:
        upload(client, "dim_team", [{"team_id": "N1", "team_name": "River Comets", "long_team_name": "The Comets"}])
        new = {"game_id": 5, "date": "2026-10-25", "home_team": "River Comets", "away_team": "the comets"}
        refused = client.post("/api/games", json=new)
        assert (refused.status_code, refused.json()["code"]) == (400, "same_team")
        assert refused.json()["errors"][0]["field"] == "away_team"

    @pytest.mark.parametrize(
        ("day", "told", "season_id"),
        [
            ("2091-10-25", {}, "N2"),
            ("2091-09-01", {}, "N2"),
            ("2091-08-31", {}, "N1"),
            ("1990-01-01", {}, None),
            ("2091-10-25", {"season_id": "N1"}, "N1"),
        ],
    )
    def test_a_new_game_is_of_the_last_season_begun(
        self, client: Client, day: str, told: dict[str, str], season_id: str | None
    ) -> None:
        seasons = [{"season_id": "N1", "start_date": "2090-09-01"}, {"season_id": "N2", "start_date": "2091-09-01"}]
        upload(client, "dim_season", seasons)
        new = {"game_id": 5, "date": day, "home_team": "Team A", "away_team": "Team B"} | told
        assert client.post("/api/games", json=new).json()["season_id"] == season_id

    def test_a_score_is_emptied_and_filled_again(self, client: Client) -> None:
        upload(client, "dim_schedule", [{"game_id": 5, "home_team": "A", "home_score": 4, "away_score": 2}])
        for body, scores in [
            ({"home_goals": None}, (None, 2)),
            ({"away_goals": None}, (None, None)),
            ({"home_goals": 0}, (0, None)),
            ({"home_goals": None}, (None, None)),
            ({"home_goals": 3, "away_goals": 1}, (3, 1)),
        ]:
            game = client.request("PUT", "/api/games/5", json=body).json()
            assert (game["home_goals"], game["away_goals"]) == scores, body

    @pytest.mark.usefixtures("workbook")
    def test_the_list_and_its_filters(self, client: Client) -> None:
        whole = client.get("/api/games")
        assert int(whole.headers["X-Total-Count"]) == len(whole.json()) >= 1
        assert client.get("/api/games", params={"search": "no such team"}).json() == []
        page = client.get("/api/games", params={"limit": 1, "played": "true"})
        assert len(page.json()) <= 1
        assert client.get("/api/games", params={"limit": 0}).status_code == 400

    def test_a_tracked_game_goes_only_when_confirmed(self, client: Client) -> None:
        client.post("/api/staging/tracking/upload", json=examples.TRACKING["one_event"]["value"])
        game = client.get("/api/games/18969").json()
        assert game["tracking"] == {"status": "Tracked", "staged": True}
        assert client.request("DELETE", "/api/games/18969").status_code == 400
        gone = client.request("DELETE", "/api/games/18969?confirm=true").json()
        assert gone == {"success": True, "game_id": 18969, "tracking_rows_deleted": 2}
        assert client.get("/api/games/18969").status_code == 404

    @pytest.mark.parametrize(
        "body",
        [{}, {"home_goals": -1}, {"date": "tomorrow"}, {"game_time": "25:00"}, {"nick": 1}, {"home_team": "\x00"}],
    )
    def test_wrong_bodies(self, client: Client, body: dict[str, Any]) -> None:
        upload(client, "dim_schedule", [{"game_id": 5, "home_team": "A", "away_team": "B"}])
        assert client.request("PUT", "/api/games/5", json=body).status_code == 400


def test_every_example_of_the_documentation_works(client: Client) -> None:
    for example in examples.UPLOADS.values():
        assert client.post(f"{BLB}/upload", json=example["value"]).status_code == 200
    upload(client, "fact_gameroster", [{"game_id": 18969, "player_id": "P001", "player_game_number": 7}])
    for example in examples.UPDATES.values():
        assert client.request("PUT", f"{BLB}/update", json=example["value"]).status_code == 200
    for example in examples.TRACKING.values():
        assert client.post("/api/staging/tracking/upload", json=example["value"]).status_code == 200
    for example in examples.NEW_GAMES.values():
        assert client.post("/api/games", json=example["value"]).status_code == 201
    for example in examples.GAME_UPDATES.values():
        assert client.request("PUT", "/api/games/18969", json=example["value"]).status_code == 200
    assert json.dumps(client.get("/api/games/18969").json())


def test_a_correction_reaches_the_tables_by_the_servers_own_run(folder: Path) -> None:
    data = folder / "real"
    with service(data, etl_script=PROJECT_ROOT / "run_etl.py", warehouse="embedded") as client:
        document = make_export([make_event("Shot")], [make_shift()])
        assert send(client, "/api/raw/files", as_bytes(document), "game.json").status_code == 201
        player = document["rosters"]["home"][0]["id"]
        assert upload(client, "dim_player", [{"player_id": player, "player_full_name": "Zoe New"}]).status_code == 200
        job = client.finished(client.trigger()["job_id"])
        assert job["status"] == "completed", job
        assert client.get("/api/games/18969").json()["etl"]["status"] == "published"
    with (data / "output" / "dim_player.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["player_id"]: row for row in csv.DictReader(file)}
    assert (rows[player]["player_full_name"], rows[player]["data_origin"]) == ("Zoe New", "stage")
    assert not list(data.rglob("postmaster.pid"))


class TestStanding:
    @pytest.mark.usefixtures("workbook")
    def test_corrections_stand_first_over_the_rows_of_the_files(self, client: Client) -> None:
        files = client.get(f"{BLB}/dim_player").json()
        assert files["staged"] == 0
        last = files["rows"][-1]["cells"]
        update(client, filter_column="player_id", filter_value=last["player_id"], updates={"first_name": "Renamed"})
        page = client.get(f"{BLB}/dim_player", params={"limit": 1}).json()
        assert page["total"] == files["total"]
        assert page["rows"][0]["staged"]
        assert page["rows"][0]["cells"]["player_first_name"] == "Renamed"
        assert page["rows"][0]["cells"]["player_last_name"] == last["player_last_name"]
        found = client.get(f"{BLB}/dim_player", params={"search": "RENAMED", "staged_only": True}).json()
        assert [r["cells"]["player_id"] for r in found["rows"]] == [last["player_id"]]

    def test_one_correction_is_taken_back_by_its_whole_key(self, client: Client) -> None:
        upload(client, "fact_gameroster", [{"game_id": 1, "player_id": "P1"}, {"game_id": 1, "player_id": "P2"}])
        answer = client.request("DELETE", f"{BLB}/fact_gameroster/rows", params={"key": ["1", "P1"]})
        assert answer.json() == {"success": True, "rows_deleted": 1}
        left = client.get(f"{BLB}/fact_gameroster", params={"staged_only": True}).json()
        assert [r["cells"]["player_id"] for r in left["rows"]] == ["P2"]

    @pytest.mark.parametrize(("key", "status"), [(["1"], 400), (["1", "P9"], 404), (["1", "' or 1=1 --"], 404)])
    def test_no_other_row_is_taken_back(self, client: Client, key: list[str], status: int) -> None:
        upload(client, "fact_gameroster", [{"game_id": 1, "player_id": "P1"}])
        answer = client.request("DELETE", f"{BLB}/fact_gameroster/rows", params={"key": key})
        assert answer.status_code == status
        assert client.get(f"{BLB}/fact_gameroster", params={"staged_only": True}).json()["total"] == 1

    def test_unknown_tables_are_named(self, client: Client) -> None:
        answer = client.get(f"{BLB}/dim_plyer")
        assert answer.status_code == 404
        assert "dim_player" in answer.json()["detail"]
