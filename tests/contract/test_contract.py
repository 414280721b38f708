"""Every request of the dashboard, the trackers and the portal, against an uploaded demo league, over real SQL."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from snapshot.layout import DataDir
from tests.contract.league import client, stage, staged_rows, upload
from tests.contract.served import Relation, Served, contract, measure, relations, report
from tests.contract.shapes import OBJECT, shapes
from tests.demo_league import demo_league  # noqa: F401 - a fixture
from tests.postgrest.server import ANON_KEY, PostgrestDouble
from tests.warehouse.servers import data_dir, embedded_dsn, new_database, postgrest  # noqa: F401 - fixtures
from warehouse.postgres import PostgresWarehouse

# What no table serves yet; shrinks to nothing. A line on it that is served, or null no more, fails.
AWAITED = json.loads((Path(__file__).parent / "awaited.json").read_text(encoding="utf-8"))
SIGNED_IN_KEY = "a signed-in person's"
SERVED = [r for r in relations() if r.name not in AWAITED["relations"]]
BY_NAME = {r.name: r for r in relations()}
WRITTEN = ("stage_events_tracking", "stage_shifts_tracking", "tracker_videos")


@dataclass(frozen=True)
class Site:
    """The uploaded league, by REST in each role, and measured by SQL."""

    clients: Mapping[str, httpx.Client]
    connection: psycopg.Connection
    served: Served


@pytest.fixture(scope="module")
def site(embedded_dsn: str, postgrest: PostgrestDouble, demo_league: DataDir) -> Iterator[Site]:  # noqa: F811
    with new_database(embedded_dsn) as dsn:
        warehouse = PostgresWarehouse(dsn)
        upload(warehouse, demo_league)
        warehouse.close()
        stage(dsn)
        postgrest.roles[SIGNED_IN_KEY] = "authenticated"
        url = postgrest.url(str(conninfo_to_dict(dsn)["dbname"]))
        with (
            psycopg.connect(dsn, autocommit=True) as connection,
            client(url, ANON_KEY) as anon,
            client(url, SIGNED_IN_KEY) as signed_in,
        ):
            yield Site({"anon": anon, "authenticated": signed_in}, connection, measure(connection))


class TestServed:
    def test_the_copy_is_the_whole_contract(self) -> None:
        tables, views = contract()["tables"], contract()["views"]
        assert (len(tables), sum(len(t["columns"]) for t in tables.values())) == (42, 623)
        assert (len(views), sum(len(v["column_details"]) for v in views.values())) == (18, 268)

    def test_exactly_the_awaited_is_missing(self, site: Site) -> None:
        assert site.served.missing_relations() == AWAITED["relations"]
        assert site.served.missing_columns() == AWAITED["columns"]

    def test_exactly_the_awaited_is_null_everywhere(self, site: Site) -> None:
        assert site.served.null_columns() == AWAITED["null"]

    def test_every_excuse_is_needed(self, site: Site) -> None:
        assert site.served.needless_excuses() == []

    def test_types_keys_and_references_are_those_of_the_contract(self, site: Site) -> None:
        assert site.served.odd == AWAITED["odd"]

    def test_the_report_counts_it(self, site: Site) -> None:
        text = report(site.served)
        assert site.served.is_whole is not any(AWAITED.values())
        assert f"tables: {42 - sum(not n.startswith('v_') for n in AWAITED['relations'])}/42, columns" in text
        assert f"views: {18 - sum(n.startswith('v_') for n in AWAITED['relations'])}/18, columns" in text
        assert all(f"missing: {name}" in text for name in AWAITED["relations"] + AWAITED["columns"])


@pytest.mark.parametrize("relation", SERVED, ids=lambda r: r.name)
def test_every_request_of_the_consumers_succeeds(site: Site, relation: Relation) -> None:
    served = {c.partition(".")[2] for c in site.served.columns if c.startswith(f"{relation.name}.")}
    sample = sampled(site.connection, relation, served)
    http, wrong = site.clients[relation.role], []
    for shape in shapes(relation, sample, served):
        answer = http.request(shape.method, shape.path, headers=shape.headers)
        if answer.status_code not in (200, 206):
            wrong.append((shape.about, answer.status_code, answer.text))
        elif shape.method == "HEAD":
            assert answer.headers["content-range"].endswith(f"/{site.served.rows[relation.name]}")
        elif shape.finds and not answer.json():
            wrong.append((shape.about, shape.path, "found nothing"))
    assert wrong == []


def sampled(connection: psycopg.Connection, relation: Relation, served: set[str]) -> dict[str, object]:
    """The key of one row, and for each other column a value that stands somewhere."""
    table, names = sql.Identifier("public", relation.name), [c for c in relation.columns if c in served]
    least = [
        sql.SQL("(select {0}::text from {1} where {0} is not null limit 1)").format(sql.Identifier(c), table)
        for c in names
    ]
    values = connection.execute(sql.SQL("select {}").format(sql.SQL(", ").join(least))).fetchone() or ()
    sample = dict(zip(names, values, strict=True))
    if relation.key:
        key = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in relation.key)
        row = connection.execute(sql.SQL("select {} from {} limit 1").format(key, table)).fetchone()
        sample |= dict(zip(relation.key, row or (), strict=True))
    return sample


class TestSpecialRequests:
    """The shapes that the contract tells of one table only."""

    def test_the_schedule_embeds_its_season(self, site: Site) -> None:
        rows = site.clients["anon"].get("/dim_schedule?select=game_id,dim_season!inner(league_id)&limit=3").json()
        assert [set(row) for row in rows] == [{"game_id", "dim_season"}] * 3
        assert all(set(row["dim_season"]) == {"league_id"} for row in rows)

    def test_the_schedule_by_day_time_and_kind(self, site: Site) -> None:
        rows = site.clients["anon"].get(
            "/dim_schedule?select=game_id,date,game_time,home_team_name,away_team_name&schedule_type=eq.Past"
            "&or=(home_team_id.not.is.null,and(date.gte.2024-01-01,away_team_name.ilike.*a*))"
            "&home_total_goals=not.is.null&order=date.desc,game_time.desc&limit=10"
        ).json()  # fmt: skip
        assert len(rows) == 10
        assert rows == sorted(rows, key=lambda r: (r["date"], r["game_time"]), reverse=True)

    def test_games_are_paged_in_steps_of_a_thousand(self, site: Site) -> None:
        whole = site.served.rows["fact_event_players"]
        pages = [
            site.clients["anon"]
            .get(
                "/fact_event_players?select=event_player_key&order=event_player_key",
                headers={"Range": f"{start}-{start + 999}"},
            )
            .json()
            for start in range(0, whole + 1, 1000)
        ]
        keys = [row["event_player_key"] for page in pages for row in page]
        assert whole > 1000
        assert len(keys) == len(set(keys)) == whole

    def test_an_unknown_column_rejects_the_whole_request(self, site: Site) -> None:
        assert site.clients["anon"].get("/dim_team?select=team_id,colour").status_code == 400

    def test_single_refuses_several_rows(self, site: Site) -> None:
        assert site.clients["anon"].get("/dim_team?select=*", headers=OBJECT).status_code == 406


class TestWriting:
    """What the web tracker and the video page write, as the signed-in person that they are."""

    @pytest.mark.parametrize("name", WRITTEN)
    def test_a_save_replaces_the_rows_of_a_game(self, site: Site, name: str) -> None:
        http, game = site.clients["authenticated"], "77001"
        rows = [row | {"game_id": game} for row in staged_rows(BY_NAME[name])]
        if name == "tracker_videos":
            rows = [row | {"id": f"{row['id']}-{game}"} for row in rows]
        for _ in range(2):
            assert http.request("DELETE", f"/{name}?game_id=eq.{game}").status_code == 204
            assert http.post(f"/{name}", json=rows).status_code == 201
        kept = http.get(f"/{name}?select=*&game_id=eq.{game}").json()
        assert len(kept) == len(rows)
        assert {key: kept[0][key] for key in ("period", "start_time")} == {"period": 1, "start_time": "18969"}
        assert http.request("DELETE", f"/{name}?game_id=eq.{game}").status_code == 204

    @pytest.mark.parametrize("name", WRITTEN)
    def test_nobody_else_writes(self, site: Site, name: str) -> None:
        anon = site.clients["anon"]
        assert anon.post(f"/{name}", json=staged_rows(BY_NAME[name])).status_code == 401
        assert anon.request("DELETE", f"/{name}?game_id=eq.18969").status_code == 401

    @pytest.mark.parametrize("role", ["anon", "authenticated"])
    def test_the_tables_of_the_league_are_read_only(self, site: Site, role: str) -> None:
        refused = {"anon": 401, "authenticated": 403}[role]
        http = site.clients[role]
        assert http.post("/dim_team", json={"team_id": "x"}).status_code == refused
        assert http.patch("/dim_team?team_id=eq.x", json={"team_name": "x"}).status_code == refused
        assert http.request("DELETE", "/dim_team?team_id=eq.x").status_code == refused
