"""Numbers of the warehouse's views as they are explained, against what the views themselves hold in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.rows import dict_row

from api.services.explain_numbers import ColumnNotFound, RowNotFound
from api.services.explain_service import ExplainService
from api.services.table_service import TableService
from snapshot.layout import DataDir
from snapshot.reader import published
from tests.demo_league import demo_league  # noqa: F401 - a fixture
from tests.warehouse.servers import new_database
from warehouse.base import PublishOptions, Watch
from warehouse.postgres import PostgresWarehouse
from warehouse.schema import generate
from warehouse.view_terms import View
from warehouse.views import VIEWS

MOST_ROWS = 10
NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision"}
COLUMNS = [(view, column) for view in VIEWS for column in (*view.same, *view.derived)]


@dataclass(frozen=True)
class League:
    """A published snapshot that explains itself, and the database that it was uploaded to."""

    explain: ExplainService
    connection: psycopg.Connection[dict[str, object]]

    def rows(self, view: View) -> list[dict[str, object]]:
        """The first rows of the view in its own order, and the last."""
        rows = self.connection.execute(f"select * from {view.name}").fetchall()
        return rows if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS // 2], *rows[-MOST_ROWS // 2 :]]


@pytest.fixture(scope="module")
def league(database_server: str, demo_league: DataDir) -> Iterator[League]:  # noqa: F811
    snapshot = published(demo_league)
    assert snapshot is not None
    with new_database(database_server) as dsn:
        warehouse = PostgresWarehouse(dsn)
        warehouse.apply_schema(generate(snapshot.manifest).text)
        warehouse.publish(snapshot, [t.name for t in snapshot.manifest.tables], PublishOptions(), Watch())
        warehouse.close()
        with psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as connection:
            yield League(ExplainService(TableService(demo_league)), connection)


def key_of(view: View, row: dict[str, object]) -> str:
    return ",".join(f'"{row[name]}"' for name in view.key)


@pytest.mark.parametrize(("view", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_the_number_is_that_of_the_view_and_its_rows_come_to_it(league: League, view: View, column: str) -> None:
    for row in league.rows(view):
        found = league.explain.explain(view.name, key_of(view, row), column, limit=1)
        if row[column] is None:
            assert found.value is None
            continue
        expected = float(row[column])  # type: ignore[arg-type] # a number
        digits = view.derived[column].digits if column in view.derived else None
        assert found.value == pytest.approx(expected, abs=1e-9), row
        assert found.amount == pytest.approx(expected, abs=0.501 * 10**-digits if digits else 1e-6), row
        assert expected == 0 or found.rows


def test_every_number_of_every_view_is_explained(league: League) -> None:
    found = league.connection.execute(
        "select table_name || '.' || column_name as name from information_schema.columns "
        "where table_schema = 'public' and table_name like 'v\\_%%' and data_type = any(%s)",
        [list(NUMBERS)],
    ).fetchall()
    assert {str(row["name"]) for row in found} == {f"{view.name}.{column}" for view, column in COLUMNS}


class TestRepeatedNumbers:
    def test_it_leads_on_to_the_row_of_the_table(self, league: League) -> None:
        view = next(v for v in VIEWS if v.name == "v_leaderboard_points")
        best = league.rows(view)[0]
        found = league.explain.explain(view.name, key_of(view, best), "points")
        assert found.formula == "points of fact_player_season_stats_basic"
        assert found.unit is None
        (row,), (operand,) = found.rows, found.operands
        assert row.explain == operand.explain
        _, _, _, table, key, column = row.explain.split("/")
        deeper = league.explain.explain(table, key, column)
        assert (deeper.value, deeper.amount) == (best["points"], best["points"])
        assert {each.table for each in deeper.rows} == {"fact_gameroster"}


class TestRanks:
    def test_the_rows_behind_a_rank_are_its_own_and_the_better_ones(self, league: League) -> None:
        view = next(v for v in VIEWS if v.name == "v_standings_current")
        last = league.rows(view)[-1]
        found = league.explain.explain(view.name, key_of(view, last), "standing")
        assert found.value == found.total == last["standing"]
        points = [row.row["points"] for row in found.rows]
        assert min(points) == last["points"]


class TestWhatIsNotThere:
    def test_a_row_that_the_view_leaves_out(self, league: League) -> None:
        first = "select game_id from dim_schedule where home_total_goals is not null order by date, game_id limit 1"
        (game,) = league.connection.execute(first).fetchall()
        with pytest.raises(RowNotFound, match=f"v_recent_games has no row '{game['game_id']}'; did you mean"):
            league.explain.explain("v_recent_games", str(game["game_id"]), "goal_diff")

    @pytest.mark.parametrize("key", ["", "P100001", "a,b,c", '"', "' or 1=1,x", "\x00,\x00"])
    def test_a_key_that_is_none(self, league: League, key: str) -> None:
        with pytest.raises(RowNotFound):
            league.explain.explain("v_leaderboard_points", key, "points")

    def test_a_column_that_is_no_number_of_the_view(self, league: League) -> None:
        with pytest.raises(ColumnNotFound, match="did you mean season_rank"):
            league.explain.explain("v_leaderboard_points", "x,y", "seasonrank")
        with pytest.raises(ColumnNotFound, match="its numbers are game_id"):
            league.explain.explain("v_recent_games", "1", "winner")
