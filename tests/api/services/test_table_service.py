"""The table browser on a published snapshot."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from api.errors import InvalidRequest
from api.models.table import TablePage
from api.services.table_service import NothingPublished, TableNotFound, TableQuery, TableService
from snapshot.layout import DataDir
from tests.snapshot_builder import publish

PLAYERS = pl.DataFrame(
    {
        "player_id": ["P3", "P1", "P2"],
        "player_full_name": ["Zoë Ng", "Al O'Brien", None],
        "goals": pl.Series([2, 2, None], dtype=pl.Int32),
    }
)


@pytest.fixture
def tables(tmp_path: Path) -> TableService:
    goals = pl.DataFrame({"goal_id": ["G1"], "period": pl.Series([1], dtype=pl.Int32)})
    return TableService(publish(tmp_path, {"dim_player": (PLAYERS, ["player_id"]), "fact_goals": (goals, ["goal_id"])}))


def ids(tables: TableService, **query: object) -> list[str]:
    page = tables.page("dim_player", TableQuery(**query))  # type: ignore[arg-type] # each test gives fields of the query
    return [row["player_id"] for row in json.loads(page.json)["rows"]]


class TestRows:
    def test_as_published_with_json_types(self, tables: TableService) -> None:
        page = TablePage.model_validate_json(tables.page("dim_player", TableQuery(limit=7)).json)
        assert page.rows == PLAYERS.to_dicts()
        assert (page.table, page.total, page.limit, page.offset) == ("dim_player", 3, 7, 0)

    def test_a_page(self, tables: TableService) -> None:
        assert ids(tables, limit=1, offset=1) == ["P1"]
        assert ids(tables, offset=99) == []

    def test_equal_rows_are_sorted_by_key_and_nulls_come_last(self, tables: TableService) -> None:
        assert ids(tables, sort="goals.desc") == ["P1", "P3", "P2"]
        assert ids(tables, sort="goals") == ["P1", "P3", "P2"]

    def test_filters_count_what_they_keep(self, tables: TableService) -> None:
        page = tables.page("dim_player", TableQuery(filters=[("goals", "eq.2")], limit=1))
        assert page.total == 2

    @pytest.mark.parametrize("query", [{}, {"filters": [("goals", "eq.2")], "sort": "player_full_name"}])
    def test_only_the_columns_that_are_asked_for_in_their_order(
        self, tables: TableService, query: dict[str, object]
    ) -> None:
        wanted = TableQuery(select="goals, player_id,goals", limit=1, **query)  # type: ignore[arg-type] # as above
        page = TablePage.model_validate_json(tables.page("dim_player", wanted).json)
        assert [list(row) for row in page.rows] == [["goals", "player_id"]]
        assert page.total == (2 if query else 3)

    def test_an_unknown_column_is_named_with_the_nearest(self, tables: TableService) -> None:
        with pytest.raises(InvalidRequest, match="select: no column 'goal'; did you mean goals"):
            tables.page("dim_player", TableQuery(select="goal"))

    @pytest.mark.parametrize(
        ("text", "found"), [("o'b", ["P1"]), ("ZOË", ["P3"]), ("p2", ["P2"]), (".*", []), ("2", ["P2"])]
    )
    def test_search_looks_into_every_text_and_takes_it_literally(
        self, tables: TableService, text: str, found: list[str]
    ) -> None:
        assert ids(tables, search=text) == found


class TestCsv:
    def test_the_file_as_it_was_published(self, tables: TableService) -> None:
        text = b"".join(tables.csv("dim_player", TableQuery(limit=1)))
        assert text == tables.snapshot().file_of("dim_player").read_bytes()

    def test_the_rows_that_a_filter_keeps(self, tables: TableService) -> None:
        text = b"".join(tables.csv("dim_player", TableQuery(filters=[("player_id", "eq.P2")])))
        assert text == b"player_id,player_full_name,goals\nP2,,\n"

    def test_the_columns_that_are_asked_for(self, tables: TableService) -> None:
        text = b"".join(tables.csv("dim_player", TableQuery(select="player_id", search="p2")))
        assert text == b"player_id\nP2\n"

    def test_a_header_when_nothing_is_kept(self, tables: TableService) -> None:
        text = b"".join(tables.csv("dim_player", TableQuery(search="nobody")))
        assert text == b"player_id,player_full_name,goals\n"

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("\t=1", "'\t=1"),
            ("-", "-"),
            ("-5", "-5"),
            ("+1.5", "+1.5"),
            ("+/-", "'+/-"),
            ("Al = Bo", "Al = Bo"),
        ],
    )
    @pytest.mark.parametrize("filters", [[], [("player_id", "eq.P1")]], ids=["whole", "filtered"])
    def test_no_text_is_a_formula_to_a_spreadsheet(
        self, tmp_path: Path, filters: list[tuple[str, str]], typed: str, shown: str
    ) -> None:
        frame = pl.DataFrame(
            {"player_id": ["P1"], "player_full_name": [typed], "goals": pl.Series([-3], dtype=pl.Int32)}
        )
        league = publish(tmp_path, {"dim_player": (frame, ["player_id"])})
        on_disk = next(league.output.glob("dim_player.csv")).read_text(encoding="utf-8")
        assert next(csv.DictReader(on_disk.splitlines()))["player_full_name"] == typed, "files are for programs"
        tables = TableService(league)
        text = b"".join(tables.csv("dim_player", TableQuery(filters=filters)))
        (row,) = csv.DictReader(text.decode().splitlines())
        assert row == {"player_id": "P1", "player_full_name": shown, "goals": "-3"}
        assert json.loads(tables.page("dim_player", TableQuery()).json)["rows"][0]["player_full_name"] == typed


class TestNames:
    def test_tables_in_order_with_their_size(self, tables: TableService) -> None:
        listed = tables.list_tables()
        assert [(t.name, t.category, t.rows, t.columns) for t in listed] == [
            ("dim_player", "dim", 3, 3),
            ("fact_goals", "fact", 1, 2),
        ]

    @pytest.mark.parametrize("name", ["dim_players", "../manifest", "dim_player.csv", "", "x" * 1000])
    def test_only_a_declared_table_is_read(self, tables: TableService, name: str) -> None:
        with pytest.raises(TableNotFound, match="is published"):
            tables.page(name, TableQuery())

    def test_a_near_name_is_offered(self, tables: TableService) -> None:
        with pytest.raises(TableNotFound, match="did you mean dim_player"):
            tables.schema("dim_players")

    def test_before_the_first_run(self, tmp_path: Path) -> None:
        with pytest.raises(NothingPublished, match="run the ETL first"):
            TableService(DataDir(tmp_path)).list_tables()

    def test_a_schema_says_what_a_column_means(self, tables: TableService) -> None:
        schema = tables.schema("dim_player")
        assert schema.primary_key == ("player_id",)
        assert [(c.name, c.type, c.nullable) for c in schema.columns] == [
            ("player_id", "text", False),
            ("player_full_name", "text", True),
            ("goals", "integer", True),
        ]


def test_typescript_types_name_every_table_and_column(tables: TableService) -> None:
    text = tables.types()
    assert "export interface DimPlayer {" in text
    assert '  "player_id": string;' in text
    assert '  "goals": number | null;' in text
    assert "  fact_goals: FactGoals;" in text
